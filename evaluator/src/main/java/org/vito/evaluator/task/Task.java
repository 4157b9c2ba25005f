package org.vito.evaluator.task;

import java.util.Map;

/** A measure of a network: what frozen features of a labelled image set are good for. Without state, safe for any thread. */
public interface Task {
    /** The name in settings and scores, e.g. {@code knn}. */
    String name();

    /**
     * Measures. Takes seconds to minutes of one or more threads.
     *
     * @return metrics by name, the one that counts first; accuracies are shares, 0 … 1
     * @throws java.util.concurrent.CancellationException soon after {@code workers} were cancelled
     * @throws org.vito.protocol.VitoException NOT_FINITE if a feature is no finite number
     */
    Map<String, Double> run(Features features, Workers workers);
}
