package org.vito.evaluator.plan;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What is asked of an {@link EvaluationCoordinator}.
 *
 * @param dataSets names, in the order in which they are scored
 * @param tasks names, likewise
 * @param newestFirst see {@link EvaluationPlan}
 * @param every see {@link EvaluationPlan}
 * @param retriedReasons see {@link EvaluationPlan}
 * @param evaluators jobs at a time, 1 or more
 * @param attempts tries of a job whose failure may pass, 1 or more
 * @param backOff before the second try; doubles with each
 * @param lease how long an evaluator may be silent
 */
public record EvaluationRules(
        List<String> dataSets,
        List<String> tasks,
        boolean newestFirst,
        int every,
        Set<String> retriedReasons,
        int evaluators,
        int attempts,
        Duration backOff,
        Duration lease) {}
