package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;
import org.vito.protocol.v1.TrainingStep;

/** What the learning curve compares, and how it tells of it. */
class LearningCurveTest {
    private static final int CLIPS = 4; // of a batch

    @TempDir
    private Path directory;

    @Test
    void runsThatAreComparedSeeEquallyManyViews() {
        for (String name : List.of("vito", "moclr", "crop-0.08", "sampling-same")) {
            CurveMethod method = CurveMethod.named(name);
            assertThat(method.steps(1000) * method.views()).as(name).isEqualTo(3000);
        }
        assertThat(CurveMethod.named("moclr").views()).isEqualTo(2);
        assertThat(CurveMethod.named("random").learns()).isFalse();
    }

    @Test
    void aMethodNobodyKnowsIsRefused() {
        assertThatThrownBy(() -> CurveMethod.named("byol"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("byol");
    }

    @Test
    void anArmHoldsTheScoresOfItsRunInOrder() {
        CurveArm arm = arm("moclr", 0.5, 0.75);
        assertThat(arm.steps()).isEqualTo(30);
        assertThat(arm.clipsPerStep()).isEqualTo(CLIPS);
        assertThat(arm.trainingSeconds()).isEqualTo(2.9);
        assertThat(arm.of("knn"))
                .containsExactly(
                        new CurveArm.Point(0, 0, 0.5, 0.25, 0.75, 100), new CurveArm.Point(30, 240, 0.75, 0.5, 1, 100));
    }

    @Test
    void theReportSaysWhatTheRunsScored() throws IOException {
        CurveReport report =
                new CurveReport(Map.of("seed", 1), List.of(arm("random", 0.5, 0.55), arm("moclr", 0.5, 0.75)), 5);
        assertThat(report.table())
                .isEqualTo(
                        """
                        | views seen | MoCLR k-NN | MoCLR linear probe |
                        |---:|---:|---:|
                        | 0 | 50.0 ± 25.0 % | 50.0 ± 25.0 % |
                        | 240 | 75.0 ± 25.0 % | 75.0 ± 25.0 % |
                        | random weights | 55.0 ± 25.0 % | 55.0 ± 25.0 % |
                        """);
        report.write(directory);
        JsonNode json = new ObjectMapper()
                .readTree(directory.resolve("learning-curve.json").toFile());
        assertThat(json.at("/arms/1/points/linear/1/top1").asDouble()).isEqualTo(0.75);
        BufferedImage chart =
                ImageIO.read(directory.resolve("learning-curve.png").toFile());
        assertThat(chart.getWidth()).isGreaterThan(chart.getHeight());
    }

    /** A run of 30 steps, a tenth of a second each, scored before and after; beside it another run. */
    private static CurveArm arm(String name, double first, double last) {
        CurveMethod method = CurveMethod.named(name);
        List<TrainingStep> steps = IntStream.rangeClosed(1, 30)
                .mapToObj(step -> TrainingStep.newBuilder()
                        .setRunId(name)
                        .setStep(step)
                        .setAtMs(100L * step)
                        .setStepMs(90)
                        .addAllClipOffsets(List.of(0L, 1L, 2L, 3L))
                        .build())
                .toList();
        return CurveArm.of(
                method,
                steps,
                List.of(
                        score(name, 30, "linear", last),
                        score(name, 30, "knn", last),
                        score(name, 0, "knn", first),
                        score(name, 0, "linear", first),
                        score("another", 10, "knn", 0.1),
                        score(name, 0, "knn", first).toBuilder()
                                .setState(ScoreState.RUNNING)
                                .build()),
                4);
    }

    private static EvaluationScore score(String run, long step, String task, double top1) {
        return EvaluationScore.newBuilder()
                .setRunId(run)
                .setStep(step)
                .setTask(task)
                .setState(ScoreState.SCORED)
                .addMetrics(metric("top1", top1))
                .addMetrics(metric("top1.low", top1 - 0.25))
                .addMetrics(metric("top1.high", top1 + 0.25))
                .addMetrics(metric("images", 100))
                .build();
    }

    private static Metric metric(String name, double value) {
        return Metric.newBuilder().setName(name).setValue(value).build();
    }
}
