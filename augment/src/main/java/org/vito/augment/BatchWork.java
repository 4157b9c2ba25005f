package org.vito.augment;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A batch in work: its clips are handed out one by one, and whoever finishes the last makes the batch whole. What is done to a
 * clip never depends on who does it or when.
 */
final class BatchWork {
    private final AugmentSettings settings;
    private final ClipBatch batch;
    private final BatchBuffers.Lease lease;
    private final AtomicInteger handedOut = new AtomicInteger();
    private final AtomicInteger unfinished;
    private final AtomicReferenceArray<@Nullable Boolean> damaged;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CompletableFuture<Made> result = new CompletableFuture<>();

    /** A batch whose views lie in the buffer of {@code lease}. */
    @SuppressWarnings("ArrayRecordComponent") // its one way leads into AugmentedBatch, which has the array too
    record Made(ClipBatch batch, BatchBuffers.Lease lease, int[] videoIds, List<ClipBatch.Example> damaged) {}

    BatchWork(AugmentSettings settings, ClipBatch batch, BatchBuffers.Lease lease) {
        this.settings = settings;
        this.batch = batch;
        this.lease = lease;
        int clips = batch.examples().size();
        unfinished = new AtomicInteger(clips);
        damaged = new AtomicReferenceArray<>(clips);
    }

    /** The batch when it is whole; if it fails, the buffer has been given back by then. */
    CompletableFuture<Made> result() {
        return result;
    }

    /** The number of a clip that nobody works on yet, or -1. */
    int next() {
        int index = handedOut.getAndIncrement();
        return index < batch.examples().size() ? index : -1;
    }

    /** Makes the views of clip {@code index}, unless the batch has failed already. */
    void make(int index, ClipAugmenter augmenter) {
        try {
            if (failure.get() == null) {
                boolean usable = augmenter.augment(
                        batch.examples().get(index), index, batch.examples().size(), lease.buffer());
                damaged.set(index, !usable);
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            finished();
        }
    }

    /** Stands for {@link #make} of a clip that cannot be worked on. */
    void refuse(Throwable cause) {
        fail(cause);
        finished();
    }

    /** Gives the batch up; what is being worked on is finished first. */
    void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
    }

    private void finished() {
        if (unfinished.decrementAndGet() == 0) {
            try {
                Throwable cause = failure.get();
                if (cause == null) {
                    result.complete(whole());
                    return;
                }
                giveUp(cause);
            } catch (RuntimeException e) {
                giveUp(e);
            }
        }
    }

    private void giveUp(Throwable cause) {
        lease.release();
        result.completeExceptionally(cause);
    }

    private Made whole() {
        int clips = batch.examples().size();
        int[] source = new int[clips];
        List<ClipBatch.Example> lost = new ArrayList<>();
        for (int i = 0; i < clips; i++) {
            source[i] = usableFrom(i);
            if (source[i] != i) {
                lost.add(batch.examples().get(i));
                copy(source[i], i);
            }
        }
        return new Made(batch, lease, videoIds(source), List.copyOf(lost));
    }

    private int usableFrom(int index) {
        int clips = batch.examples().size();
        for (int k = 0; k < clips; k++) {
            int candidate = (index + k) % clips;
            if (Boolean.FALSE.equals(damaged.get(candidate))) {
                return candidate;
            }
        }
        throw new VitoException(
                Reason.DAMAGED_CLIP,
                "batch %d: none of its %d clips has a frame that decodes, the first being %s: expected JPEG frames"
                        .formatted(
                                batch.number(),
                                clips,
                                batch.examples().get(0).clip().getClipId()));
    }

    private void copy(int from, int to) {
        ByteBuffer buffer = lease.buffer();
        int clips = batch.examples().size();
        int bytes = settings.viewBytes();
        for (int view = 0; view < settings.views(); view++) {
            buffer.put((view * clips + to) * bytes, buffer, (view * clips + from) * bytes, bytes);
        }
    }

    private int[] videoIds(int[] source) {
        Map<String, Integer> ids = new HashMap<>();
        return Arrays.stream(source)
                .map(i -> ids.computeIfAbsent(batch.examples().get(i).clip().getVideoId(), video -> ids.size()))
                .toArray();
    }
}
