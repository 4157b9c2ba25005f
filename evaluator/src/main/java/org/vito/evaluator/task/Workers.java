package org.vito.evaluator.task;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/** The threads that a task may use, and whether it should stop. */
public final class Workers {
    private final Executor executor;
    private final int threads;
    private final BooleanSupplier cancelled;

    /**
     * @param executor runs what the calling thread does not; must never run dry, or calls wait
     * @param threads how many run at once, the calling one included; 1 = none of the executor's
     */
    public Workers(Executor executor, int threads, BooleanSupplier cancelled) {
        this.executor = executor;
        this.threads = threads;
        this.cancelled = cancelled;
    }

    /** The calling thread alone, never cancelled. */
    public static Workers single() {
        return new Workers(Runnable::run, 1, () -> false);
    }

    /** How many threads run at once. */
    public int threads() {
        return threads;
    }

    /** Asks whether to go on. @throws CancellationException if the work is no longer wanted */
    public void check() {
        if (cancelled.getAsBoolean()) {
            throw new CancellationException("the evaluation was cancelled");
        }
    }

    /**
     * Runs {@code work} for 0 … count-1, each number on one thread; worker {@code w} takes the numbers w, w+threads, ….
     * Returns when all have ended; throws what the first of them threw.
     */
    public void each(int count, IntConsumer work) {
        int used = Math.min(threads, count);
        List<FutureTask<Void>> others = new ArrayList<>();
        for (int worker = 1; worker < used; worker++) {
            int first = worker;
            FutureTask<Void> task = new FutureTask<>(() -> stride(first, count, used, work), null);
            others.add(task);
            executor.execute(task);
        }
        RuntimeException failure = null;
        try {
            stride(0, count, Math.max(1, used), work);
        } catch (RuntimeException e) {
            failure = e;
        }
        for (FutureTask<Void> task : others) {
            RuntimeException theirs = failureOf(task);
            failure = failure == null ? theirs : failure;
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void stride(int first, int count, int step, IntConsumer work) {
        for (int i = first; i < count; i += step) {
            check();
            work.accept(i);
        }
    }

    private static @org.jspecify.annotations.Nullable RuntimeException failureOf(FutureTask<Void> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get();
                    return null;
                } catch (InterruptedException e) {
                    interrupted = true; // the others still use what the caller lent them: wait for them
                } catch (ExecutionException e) {
                    return e.getCause() instanceof RuntimeException known
                            ? known
                            : new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
