package org.vito.evaluator.board;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;

class ScoreGaugesTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ScoreGauges gauges = new ScoreGauges(registry);

    private static EvaluationScore score(String run, long step, double top1, ScoreState state) {
        return EvaluationScore.newBuilder()
                .setRunId(run)
                .setStep(step)
                .setDataSet("flowers")
                .setTask("knn")
                .setState(state)
                .addMetrics(Metric.newBuilder().setName("top1").setValue(top1))
                .addMetrics(Metric.newBuilder().setName("top5").setValue(1))
                .build();
    }

    @Test
    void theNewestCheckpointAndTheBest() {
        gauges.tell(score("a", 200, 0.5, ScoreState.SCORED));
        gauges.tell(score("a", 100, 0.75, ScoreState.SCORED)); // scored later, but older
        gauges.tell(score("a", 300, 0, ScoreState.FAILED));
        gauges.tell(score("b", 10, 0.25, ScoreState.SCORED));
        assertThat(registry.scrape())
                .contains(
                        line("vito_score", "a", 0.5),
                        line("vito_score_step", "a", 200),
                        line("vito_score_best", "a", 0.75))
                .contains(line("vito_score", "b", 0.25))
                .doesNotContain("top5");
    }

    @Test
    void seriesAreBounded() {
        for (int run = 0; run < 1100; run++) {
            gauges.tell(score("run" + run, 1, 0.5, ScoreState.SCORED));
        }
        assertThat(registry.scrape().lines().filter(line -> line.startsWith("vito_score{")))
                .hasSize(1000);
    }

    private static String line(String name, String run, double value) {
        return "%s{data_set=\"flowers\",metric=\"top1\",run=\"%s\",task=\"knn\"} %s\n".formatted(name, run, value);
    }
}
