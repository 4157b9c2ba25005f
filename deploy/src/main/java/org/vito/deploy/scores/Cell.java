package org.vito.deploy.scores;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;

/**
 * What one task on one data set found of one checkpoint: the task's first metric and, where it has one, its 95 % interval.
 *
 * @param value 0 … 1 where it is a share
 * @param low end of the interval
 * @param high end of the interval
 * @param mark what it is among its column's
 */
public record Cell(
        ScoreState state,
        String metric,
        double value,
        OptionalDouble low,
        OptionalDouble high,
        String reason,
        Mark mark) {
    /** What a score is among those of the same task, data set and run. */
    public enum Mark {
        NONE,
        /** The highest. */
        BEST,
        /** Worse than an earlier checkpoint's by more than chance explains, see {@link ScoreTable}. */
        REGRESSION
    }

    static Cell of(EvaluationScore score) {
        if (score.getState() != ScoreState.SCORED || score.getMetricsCount() == 0) {
            return new Cell(
                    score.getState(),
                    "",
                    Double.NaN,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    score.getReason(),
                    Mark.NONE);
        }
        Metric first = score.getMetrics(0);
        Map<String, Double> all = score.getMetricsList().stream()
                .collect(Collectors.toMap(Metric::getName, Metric::getValue, (a, b) -> a));
        return new Cell(
                score.getState(),
                first.getName(),
                first.getValue(),
                optional(all, first.getName() + ".low"),
                optional(all, first.getName() + ".high"),
                "",
                Mark.NONE);
    }

    private static OptionalDouble optional(Map<String, Double> metrics, String name) {
        return metrics.containsKey(name) ? OptionalDouble.of(metrics.getOrDefault(name, 0.0)) : OptionalDouble.empty();
    }

    boolean scored() {
        return state == ScoreState.SCORED && !Double.isNaN(value);
    }

    /** Whether it is worse than {@code other} by more than chance explains, see {@link ScoreTable}. */
    boolean worseThan(Cell other) {
        if (high.isPresent() && other.low.isPresent()) {
            return high.getAsDouble() < other.low.getAsDouble();
        }
        return value < other.value - ScoreTable.WITHOUT_INTERVAL;
    }

    Cell marked(Mark as) {
        return new Cell(state, metric, value, low, high, reason, as);
    }
}
