package org.vito.evaluator.plan;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What is asked of an {@link EvaluationCoordinator}.
 *
 * @param dataSets in the order in which they are scored
 * @param order see {@link EvaluationPlan}
 * @param every see {@link EvaluationPlan}
 * @param retriedReasons see {@link EvaluationPlan}
 * @param attempts tries of a job whose failure may pass, 1 or more
 * @param backOff before the second try; doubles with each
 * @param lease how long an evaluator may be silent
 */
public record EvaluationRules(
        List<DataSet> dataSets,
        Order order,
        int every,
        Set<String> retriedReasons,
        int attempts,
        Duration backOff,
        Duration lease) {

    /** Which open checkpoint is scored next when there are several. */
    public enum Order {
        /** The one announced last. */
        NEWEST_FIRST,
        /** The one announced first. */
        OLDEST_FIRST,
        /** Of each run the newest, then the one of the lowest loss; the others are passed over. */
        LAST_AND_BEST
    }

    /**
     * What is measured on a data set.
     *
     * @param name of the data set
     * @param tasks names of those that are run on every chosen checkpoint, in the order in which they are run
     * @param possible names of all that can be asked for
     */
    public record DataSet(String name, List<String> tasks, List<String> possible) {
        public DataSet {
            tasks = List.copyOf(tasks);
            possible = List.copyOf(possible);
        }
    }
}
