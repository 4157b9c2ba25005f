package org.vito.augment;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of workers that make the views of batches, the oldest batch first. Workers are tasks on the executor that is
 * given; they exist while there is work. Each takes a {@link ClipAugmenter} that an earlier one has left, or a new one.
 */
final class Workers {
    private final int most;
    private final Executor executor;
    private final Supplier<ClipAugmenter> augmenters;
    private final Queue<BatchWork> queue = new ArrayDeque<>();
    private final Deque<ClipAugmenter> idle = new ArrayDeque<>();
    private int running;
    private boolean stopped;

    /** A clip of a batch, to be made. */
    private record Task(BatchWork work, int index) {}

    Workers(int most, Executor executor, Supplier<ClipAugmenter> augmenters) {
        this.most = most;
        this.executor = executor;
        this.augmenters = augmenters;
    }

    /** Has a batch made. */
    void submit(BatchWork work, int clips) {
        int wanted;
        synchronized (this) {
            queue.add(work);
            wanted = Math.min(clips, most - running);
            running += wanted;
        }
        for (int i = 0; i < wanted; i++) {
            try {
                executor.execute(this::work);
            } catch (RuntimeException refused) {
                abandon(wanted - i, refused);
                return;
            }
        }
    }

    /** The executor has refused: whoever still runs drains the queue, else it is drained here. */
    private void abandon(int notStarted, RuntimeException cause) {
        synchronized (this) {
            queue.forEach(work -> work.fail(cause));
            running -= notStarted - 1;
        }
        work();
    }

    /** No more work comes; memory is given back as the workers end. */
    void stop() {
        Deque<ClipAugmenter> unused;
        synchronized (this) {
            stopped = true;
            unused = new ArrayDeque<>(idle);
            idle.clear();
        }
        unused.forEach(ClipAugmenter::close);
    }

    private void work() {
        ClipAugmenter augmenter = null;
        for (Task task = next(); task != null; task = next()) {
            try {
                augmenter = augmenter == null ? take() : augmenter;
            } catch (RuntimeException | Error e) {
                task.work().refuse(e);
                continue;
            }
            task.work().make(task.index(), augmenter);
        }
        if (augmenter != null) {
            leave(augmenter);
        }
    }

    private ClipAugmenter take() {
        ClipAugmenter left;
        synchronized (this) {
            left = idle.poll();
        }
        return left != null ? left : augmenters.get();
    }

    /** The next task, or null with this worker no longer counted as running. */
    private synchronized @Nullable Task next() {
        for (BatchWork work = queue.peek(); work != null; work = queue.peek()) {
            int index = work.next();
            if (index >= 0) {
                return new Task(work, index);
            }
            queue.remove();
        }
        running--;
        return null;
    }

    private void leave(ClipAugmenter augmenter) {
        synchronized (this) {
            if (!stopped) {
                idle.push(augmenter);
                return;
            }
        }
        augmenter.close();
    }
}
