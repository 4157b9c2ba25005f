package org.vito.augment;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The batch buffers that augmentation writes and the learner reads, in turn: a fixed number, each owned by one side at a
 * time. That number bounds how far augmentation runs ahead.
 *
 * <p>A buffer holds {@code [views, clips, size, size, 3]} bytes, RGB, and belongs to whoever made it (the learner passes the
 * memory of its input tensors, so nothing is copied). Safe to use from any thread; nothing here waits.
 */
public final class BatchBuffers {
    private final List<ByteBuffer> buffers;
    private final Queue<Integer> free = new ArrayDeque<>();
    private final Queue<CompletableFuture<Lease>> waiting = new ArrayDeque<>();

    /** @param buffers direct buffers, each of {@code views*clips*size*size*3} bytes */
    public BatchBuffers(List<ByteBuffer> buffers) {
        this.buffers = List.copyOf(buffers);
        if (this.buffers.isEmpty() || this.buffers.stream().anyMatch(b -> !b.isDirect() || b.isReadOnly())) {
            throw new IllegalArgumentException("expected at least one buffer, all direct and writable");
        }
        for (int i = 0; i < this.buffers.size(); i++) {
            free.add(i);
        }
    }

    /** How many there are. */
    public int count() {
        return buffers.size();
    }

    /** How many are neither being written nor read. */
    public synchronized int available() {
        return free.size();
    }

    /** The right to use one buffer until it is released; further releases do nothing. */
    final class Lease {
        private final int index;
        private final AtomicBoolean released = new AtomicBoolean();

        private Lease(int index) {
            this.index = index;
        }

        int index() {
            return index;
        }

        ByteBuffer buffer() {
            return buffers.get(index);
        }

        /** Gives the buffer back; false if that has happened before. */
        boolean release() {
            if (!released.compareAndSet(false, true)) {
                return false;
            }
            handOn(index);
            return true;
        }
    }

    /** A buffer, as soon as one is free; who asked first is served first. */
    CompletionStage<Lease> acquire() {
        CompletableFuture<Lease> answer = new CompletableFuture<>();
        Integer index;
        synchronized (this) {
            index = free.poll();
            if (index == null) {
                waiting.add(answer);
            }
        }
        if (index != null) {
            answer.complete(new Lease(index));
        }
        return answer;
    }

    private void handOn(int index) {
        CompletableFuture<Lease> next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                free.add(index);
            }
        }
        if (next != null) {
            next.complete(new Lease(index));
        }
    }
}
