package org.vito.evaluator.board;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;

/**
 * For each run, data set and task the first metric of the newest checkpoint that was scored ({@code vito.score}), its step
 * ({@code vito.score.step}) and the best of all ({@code vito.score.best}), as gauges. Told by one thread, read by any.
 */
final class ScoreGauges {
    private static final Logger log = LoggerFactory.getLogger(ScoreGauges.class);

    /** Further series would be more than a metrics server should be given. */
    private static final int MOST = 1000;

    private final MeterRegistry registry;
    private final Map<Series, Standing> standings = new HashMap<>();

    private record Series(String run, String dataSet, String task, String metric) {}

    private static final class Standing {
        private volatile long step = -1;
        private volatile double newest;
        private volatile double best = Double.NEGATIVE_INFINITY;
    }

    ScoreGauges(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Notes a score; what is not scored yet, or failed, changes nothing. */
    void tell(EvaluationScore score) {
        if (score.getState() != ScoreState.SCORED || score.getMetricsCount() == 0) {
            return;
        }
        Metric first = score.getMetrics(0);
        Series series = new Series(score.getRunId(), score.getDataSet(), score.getTask(), first.getName());
        Standing standing = standings.get(series);
        if (standing == null) {
            if (standings.size() >= MOST) {
                log.warn("{} is no gauge: there are {} already", series, MOST);
                return;
            }
            standing = new Standing();
            standings.put(series, standing);
            register(series, standing);
        }
        if (score.getStep() >= standing.step) {
            standing.step = score.getStep();
            standing.newest = first.getValue();
        }
        standing.best = Math.max(standing.best, first.getValue());
    }

    private void register(Series series, Standing standing) {
        gauge(
                "vito.score",
                series,
                standing,
                s -> s.newest,
                "Score of the newest checkpoint, 0 to 1 where it is a share");
        gauge("vito.score.best", series, standing, s -> s.best, "Best score of any checkpoint of the run");
        gauge("vito.score.step", series, standing, s -> s.step, "Step of the newest checkpoint that was scored");
    }

    private void gauge(String name, Series series, Standing of, ToDoubleFunction<Standing> value, String meaning) {
        Gauge.builder(name, of, value)
                .description(meaning)
                .tags(Tags.of(
                        "run",
                        series.run(),
                        "data_set",
                        series.dataSet(),
                        "task",
                        series.task(),
                        "metric",
                        series.metric()))
                .register(registry);
    }
}
