package org.vito.learner.run;

import akka.actor.typed.ActorSystem;
import akka.stream.Attributes;
import akka.stream.KillSwitches;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.SinkQueueWithCancel;
import akka.stream.javadsl.Source;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.augment.AugmentedBatch;
import org.vito.augment.ClipBatch;
import org.vito.augment.ClipBatch.Example;
import org.vito.learner.data.ClipOrder;
import org.vito.learner.data.ClipSource;
import org.vito.learner.data.ComposedBatch;
import org.vito.learner.data.DataState;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * The stream that makes batches ahead of the step that trains: clips in their order, their views, and a short queue. Each
 * batch carries the state of the order that follows it, so what was made ahead and never trained on is not lost.
 */
final class BatchAssembler implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BatchAssembler.class);
    private static final String DISPATCHER = "vito.learner.data-dispatcher";
    private static final Duration END = Duration.ofSeconds(60);

    /**
     * A batch ready to be trained on.
     *
     * @param views of this learner's part
     * @param whole the clips of all parts
     * @param after state of the order after it
     */
    record Prepared(AugmentedBatch views, List<Example> whole, DataState after) {}

    /** The part of each batch that a learner trains on: the {@code rank}-th of {@code size} equal ones. */
    record Part(int rank, int size) {
        ClipBatch of(ClipBatch whole) {
            int clips = whole.examples().size() / size;
            return new ClipBatch(whole.number(), whole.examples().subList(rank * clips, (rank + 1) * clips));
        }
    }

    private final Callable<ClipOrder> orders;
    private final Runnable endWaits;
    private final ExecutorService executor;
    private final AtomicInteger prepared = new AtomicInteger();
    private final CompletableFuture<Void> readerClosed = new CompletableFuture<>();
    private final UniqueKillSwitch killSwitch;
    private final SinkQueueWithCancel<Prepared> queue;
    private volatile @Nullable ClipOrder order;
    private volatile boolean stopping;
    private @Nullable CompletableFuture<Optional<Prepared>> pulled;

    private BatchAssembler(
            ActorSystem<?> system,
            Callable<ClipOrder> orders,
            Augmentation augmentation,
            List<ByteBuffer> buffers,
            Part part,
            Runnable endWaits) {
        this.orders = orders;
        this.endWaits = endWaits;
        executor = Executors.newFixedThreadPool(augmentation.threads(), task -> {
            Thread thread = new Thread(task, "vito-learner-augment");
            thread.setDaemon(true);
            return thread;
        });
        Map<Long, ComposedBatch> wholes = new ConcurrentHashMap<>();
        var running = Source.unfoldResource(this::open, BatchAssembler::read, this::close)
                .map(composed -> {
                    wholes.put(composed.batch().number(), composed);
                    return part.of(composed.batch());
                })
                .async(DISPATCHER, 1)
                .viaMat(KillSwitches.single(), Keep.right())
                .via(augmentation.flow(buffers, executor))
                .map(views -> prepared(views, wholes.remove(views.source().number())))
                .map(this::count)
                .toMat(
                        Sink.<Prepared>queue()
                                .withAttributes(Attributes.inputBuffer(1, Math.max(1, buffers.size() - 1))),
                        Keep.both())
                .run(system);
        killSwitch = running.first();
        queue = running.second();
    }

    /**
     * Starts to make batches.
     *
     * @param orders makes the order, on the thread that will read
     * @param buffers one for the batch in training and one for each made ahead
     * @param part of each batch that views are made of
     * @param endWaits called at the end, for what the order may wait for besides clips
     */
    static BatchAssembler start(
            ActorSystem<?> system,
            Callable<ClipOrder> orders,
            Augmentation augmentation,
            List<ByteBuffer> buffers,
            Part part,
            Runnable endWaits) {
        return new BatchAssembler(system, orders, augmentation, buffers, part, endWaits);
    }

    /** Batches made and not yet taken. */
    int prepared() {
        return prepared.get();
    }

    /** Records of the epoch that were not yet read, at most. */
    long unread() {
        ClipOrder reading = order;
        return reading == null ? -1 : reading.unread();
    }

    /** Waits until {@link #take} can answer at once, until {@code stop} completes or until {@code patience} is over. */
    boolean await(CompletableFuture<Void> stop, Duration patience) {
        if (pulled == null) {
            pulled = queue.pull().toCompletableFuture();
        }
        try {
            CompletableFuture.anyOf(pulled, stop).get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true; // take() throws it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VitoException(Reason.INTERNAL, "interrupted while waiting for a batch", e);
        }
    }

    /**
     * The next batch, after {@link #await} has said that it is there.
     *
     * @return nothing if there is none yet, or will be none because the data has ended
     * @throws VitoException whatever the stream failed with
     */
    @Nullable
    Prepared take() {
        CompletableFuture<Optional<Prepared>> waiting = pulled;
        if (waiting == null || !waiting.isDone()) {
            return null;
        }
        try {
            Optional<Prepared> taken = waiting.get();
            pulled = null;
            taken.ifPresent(p -> prepared.decrementAndGet());
            return taken.orElse(null);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof VitoException known
                    ? known
                    : new VitoException(Reason.INTERNAL, "the stream of batches failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VitoException(Reason.INTERNAL, "interrupted while taking a batch", e);
        }
    }

    /** Ends the stream; when this returns nothing writes to the buffers any more. */
    @Override
    public void close() {
        stopping = true;
        endWaits.run();
        ClipOrder reading = order;
        if (reading != null) {
            reading.stop();
        }
        queue.cancel();
        killSwitch.abort(new ClipSource.Stopped());
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(END.toSeconds(), TimeUnit.SECONDS)) {
                throw new VitoException(Reason.INTERNAL, "views are still being made " + END + " after the end");
            }
            if (reading != null) {
                readerClosed.get(END.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            log.warn("the reader of clips did not end within {}", END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ClipOrder open() throws Exception {
        ClipOrder made = orders.call();
        order = made;
        if (stopping) {
            made.stop();
        }
        return made;
    }

    private static Optional<ComposedBatch> read(ClipOrder order) {
        return Optional.ofNullable(order.next());
    }

    private void close(ClipOrder read) {
        read.close();
        readerClosed.complete(null);
    }

    private static Prepared prepared(AugmentedBatch views, ComposedBatch whole) {
        return new Prepared(views, whole.batch().examples(), whole.after());
    }

    private Prepared count(Prepared batch) {
        prepared.incrementAndGet();
        return batch;
    }
}
