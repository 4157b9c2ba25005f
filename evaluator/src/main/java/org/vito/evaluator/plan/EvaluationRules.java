package org.vito.evaluator.plan;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What is asked of an {@link EvaluationCoordinator}.
 *
 * @param dataSets in the order in which they are scored
 * @param newestFirst see {@link EvaluationPlan}
 * @param every see {@link EvaluationPlan}
 * @param retriedReasons see {@link EvaluationPlan}
 * @param evaluators jobs at a time, 1 or more
 * @param attempts tries of a job whose failure may pass, 1 or more
 * @param backOff before the second try; doubles with each
 * @param lease how long an evaluator may be silent
 */
public record EvaluationRules(
        List<DataSet> dataSets,
        boolean newestFirst,
        int every,
        Set<String> retriedReasons,
        int evaluators,
        int attempts,
        Duration backOff,
        Duration lease) {

    /**
     * What is measured on a data set.
     *
     * @param name of the data set
     * @param tasks names, in the order in which they are run
     */
    public record DataSet(String name, List<String> tasks) {
        public DataSet {
            tasks = List.copyOf(tasks);
        }
    }
}
