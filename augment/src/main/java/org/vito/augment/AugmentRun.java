package org.vito.augment;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.vito.augment.BatchWork.Made;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Stages;

/** One run of the stage: the batches that have come and have not been emitted yet. */
final class AugmentRun {
    private final AugmentSettings settings;
    private final BatchBuffers buffers;
    private final Workers workers;
    private final StageMeter meter;
    private final AtomicInteger filled = new AtomicInteger();
    private final Map<Long, CompletableFuture<Made>> inside = new ConcurrentHashMap<>();
    private final AtomicLong tickets = new AtomicLong();
    private volatile boolean stopped;

    AugmentRun(AugmentSettings settings, long seed, BatchBuffers buffers, Executor executor, Stages stages) {
        this.settings = settings;
        this.buffers = buffers;
        workers = new Workers(settings.parallelism(), executor, () -> new ClipAugmenter(settings, seed));
        meter = stages.meter("augment", "views", "", "");
        meter.queue(filled::get, buffers.count());
    }

    /** A batch and the number under which it is kept among those inside. */
    record Passing(long ticket, Made made) {}

    /** Makes a batch as soon as a buffer is free. */
    CompletionStage<Passing> augment(ClipBatch batch) {
        CompletableFuture<Made> future =
                buffers.acquire().thenCompose(lease -> make(batch, lease)).toCompletableFuture();
        long ticket = tickets.getAndIncrement();
        inside.put(ticket, future);
        if (stopped) {
            releaseWhenMade(future);
        }
        return future.thenApply(made -> new Passing(ticket, made));
    }

    private CompletionStage<Made> make(ClipBatch batch, BatchBuffers.Lease lease) {
        if (stopped) {
            lease.release();
            return CompletableFuture.failedFuture(new IllegalStateException("the stream has ended"));
        }
        ByteBuffer buffer = lease.buffer();
        int clips = batch.examples().size();
        if (clips == 0 || (long) clips * settings.views() * settings.viewBytes() != buffer.capacity()) {
            lease.release();
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "batch %d of %d clips: its buffer has %d bytes, expected [%d, %d, %d, %d, 3]"
                            .formatted(
                                    batch.number(),
                                    clips,
                                    buffer.capacity(),
                                    settings.views(),
                                    clips,
                                    settings.size(),
                                    settings.size())));
        }
        BatchWork work = new BatchWork(settings, batch, lease);
        CompletableFuture<Made> made = work.result().thenApply(this::count);
        workers.submit(work, clips);
        return made;
    }

    private Made count(Made made) {
        filled.incrementAndGet();
        meter.passed((long) made.batch().examples().size() * settings.views());
        made.damaged().forEach(example -> meter.failed());
        return made;
    }

    /** Hands a batch over: from here on the receiver releases its buffer. */
    AugmentedBatch emit(Passing passing) {
        inside.remove(passing.ticket());
        Made made = passing.made();
        if (stopped) { // cancelled while on its way: nobody will receive it
            release(made);
        }
        return new AugmentedBatch(
                made.batch(), made.lease().index(), made.videoIds(), made.damaged(), () -> release(made));
    }

    private void release(Made made) {
        if (made.lease().release()) {
            filled.decrementAndGet();
        }
    }

    /** Gives back the buffers of all batches inside, each as soon as nobody writes it any more. */
    void stop() {
        stopped = true;
        inside.values().forEach(this::releaseWhenMade);
        workers.stop();
    }

    private void releaseWhenMade(CompletableFuture<Made> future) {
        var unused = future.whenComplete((made, failure) -> {
            if (made != null) {
                release(made);
            }
        });
    }
}
