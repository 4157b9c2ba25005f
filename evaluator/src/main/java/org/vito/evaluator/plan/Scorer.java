package org.vito.evaluator.plan;

import java.util.Map;

/** Does the blocking work of one evaluator. One job at a time. */
public interface Scorer {
    /** Whom a scorer tells how it goes; safe from any thread. */
    interface Listener {
        /** The work goes on; to be called more often than the lease is long. */
        void alive();

        /** Whether the work is no longer wanted; the scorer then soon throws {@code CancellationException}. */
        boolean cancelled();

        void started(String task);

        void scored(String task, Map<String, Double> metrics, double seconds);

        /** This task failed for good; the others go on. */
        void failed(String task, Throwable cause, double seconds);
    }

    /**
     * Runs every task of the job and tells the listener of each.
     *
     * @throws org.vito.protocol.RetriableException if nothing could be read now but may be later
     * @throws org.vito.protocol.VitoException if none of the tasks not told of can ever be done
     * @throws java.util.concurrent.CancellationException if cancelled
     */
    void score(Job job, Listener listener);
}
