package org.vito.learner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrecisionTest {
    private static final int[] VIDEOS = {0, 1, 2, 3};
    private static final double RATE = 0.3;
    private static final double TAU = 0.9;

    /** Numbers of 8 and 11 significant bits; micro-batches of two clips are normalised by statistics that amplify the rest. */
    @ParameterizedTest
    @CsvSource({"bfloat16, 0, 0.05", "float16, 0, 0.01", "float16, 2, 0.05"})
    void lossIsThatOf32BitsButForRounding(String precision, int microBatch, double tolerance) {
        double expected;
        try (TrainingModel model = model("float32", microBatch)) {
            expected = model.step(0, VIDEOS, 0, RATE, TAU).loss();
        }
        try (TrainingModel model = model(precision, microBatch)) {
            double first = model.step(0, VIDEOS, 0, RATE, TAU).loss();
            assertThat(first).isCloseTo(expected, within(tolerance * expected));
            double last = first;
            for (int i = 1; i < 40; i++) {
                last = model.step(0, VIDEOS, i, RATE, TAU).loss();
            }
            assertThat(last).isLessThan(0.8 * first);
        }
    }

    @Test
    void stepsThatOverflowAreLeftOutAndTheScaleOutlivesARestart(@TempDir Path directory) {
        try (TrainingModel model = model("float16", 0)) {
            LossScale scale = Objects.requireNonNull(model.nodes().scale());
            scale.set(1 << 24);
            Map<String, float[]> before = model.nodes().target().values(model.session());
            float[] weights = weights(model);
            TrainingModel.Step step = model.step(0, VIDEOS, 0, RATE, TAU);
            assertThat(step.loss()).isFinite();
            assertThat(step.gradientNorm()).isZero();
            assertThat(weights(model)).isEqualTo(weights);
            assertThat(scale.factor()).isEqualTo(1 << 23);
            int steps = 1;
            while (step.gradientNorm() == 0 && steps < 30) {
                step = model.step(0, VIDEOS, steps++, RATE, TAU);
            }
            assertThat(step.gradientNorm()).isFinite().isPositive();
            assertThat(weights(model)).isNotEqualTo(weights);
            assertThat(before).isNotEmpty();
            model.save(directory);
            try (TrainingModel other = model("float16", 0)) {
                other.restore(directory);
                assertThat(Objects.requireNonNull(other.nodes().scale()).factor())
                        .isEqualTo(scale.factor());
                assertThat(other.step(0, VIDEOS, steps, RATE, TAU)).isEqualTo(model.step(0, VIDEOS, steps, RATE, TAU));
            }
        }
    }

    private static float[] weights(TrainingModel model) {
        float[] all = model.nodes().online().values(model.session()).get("projector.0.weight");
        return Arrays.copyOf(Objects.requireNonNull(all), 64);
    }

    private static TrainingModel model(String precision, int microBatch) {
        ModelSettings settings = TestSettings.with(
                """
                vito.learner.model {
                  architecture = tiny, block = bottleneck, depths = [1, 1], width = 4, zero-gamma = false
                  pooling { groups = [1, 2] }, projector { hidden = 32, output = 8 }
                  precision = %s, micro-batch = %d, views = 2, clips = 4, size = 32, threads = 1
                }
                """
                        .formatted(precision, microBatch));
        TrainingModel model = TrainingModel.create(settings, 3);
        StepArithmeticTest.fill(model.inputBuffers(1).get(0));
        return model;
    }
}
