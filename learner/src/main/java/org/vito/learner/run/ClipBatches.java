package org.vito.learner.run;

import akka.actor.typed.ActorSystem;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.augment.AugmentedBatch;
import org.vito.learner.data.ClipOrder;
import org.vito.learner.data.DataState;
import org.vito.learner.data.EpochDecisions;
import org.vito.learner.data.OrderListener;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A run's batches from its beginning, made as training makes them, for whoever wants to know how fast that is. Used and
 * closed by one thread.
 */
public final class ClipBatches implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClipBatches.class);
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final CompletableFuture<Void> never = new CompletableFuture<>();
    private final BatchAssembler batches;
    private long waitedNanos;

    private ClipBatches(BatchAssembler batches) {
        this.batches = batches;
    }

    /**
     * Begins to read and to make views.
     *
     * @param buffers where the views go
     */
    public static ClipBatches open(
            ActorSystem<?> system,
            RunSettings settings,
            Augmentation augmentation,
            Platform platform,
            List<ByteBuffer> buffers) {
        return new ClipBatches(BatchAssembler.start(
                system,
                () -> order(settings, platform),
                augmentation,
                buffers,
                new BatchAssembler.Part(0, 1),
                () -> {}));
    }

    /**
     * The next batch; its buffer is to be released before the next but {@code buffers − 1}.
     *
     * @throws VitoException INTERNAL if none comes in two minutes
     */
    public AugmentedBatch next() {
        long began = System.nanoTime();
        boolean there = batches.await(never, LONGEST);
        waitedNanos += System.nanoTime() - began;
        BatchAssembler.Prepared batch = there ? batches.take() : null;
        if (batch == null) {
            throw new VitoException(Reason.INTERNAL, "no batch within " + LONGEST);
        }
        return batch.views();
    }

    /** Seconds that {@link #next} has waited in all. */
    public double waitedSeconds() {
        return waitedNanos / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /**
     * Reads and composes batches on this thread, without making views.
     *
     * @param warmUp batches before those that count
     * @return milliseconds of this thread's processor time for each of {@code count} batches
     */
    public static double readMs(RunSettings settings, Platform platform, int warmUp, int count) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        try (ClipOrder order = order(settings, platform)) {
            compose(order, warmUp);
            long before = threads.getCurrentThreadCpuTime();
            compose(order, count);
            return (threads.getCurrentThreadCpuTime() - before) / 1e6 / count;
        }
    }

    private static void compose(ClipOrder order, int count) {
        for (int i = 0; i < count; i++) {
            if (order.next() == null) {
                throw new VitoException(Reason.INTERNAL, "the clips ended after " + i + " of " + count + " batches");
            }
        }
    }

    private static ClipOrder order(RunSettings settings, Platform platform) {
        return new Orders(platform, settings, EpochDecisions.UNRECORDED).open(DataState.beginning(), new Quiet());
    }

    @Override
    public void close() {
        batches.close();
    }

    private static final class Quiet implements OrderListener {
        @Override
        public void waiting(long have, long need) {
            log.debug("{} of {} clips", have, need);
        }

        @Override
        public void epoch(long number) {
            log.debug("epoch {}", number);
        }

        @Override
        public void refused(ConsumerRecord<String, byte[]> record, VitoException reason) {
            log.warn("clip left out: {}", reason.getMessage());
        }
    }
}
