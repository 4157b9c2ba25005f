package org.vito.learner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.vito.learner.network.BatchStatistics;
import org.vito.learner.optimise.Optimiser.Gradient;

class GradientCacheTest {
    /** Two clips of one video, which are no negatives of each other across micro-batches either. */
    private static final int[] VIDEOS = {0, 1, 2, 3, 1, 4};

    private static final double RATE = 0.3;
    private static final double TAU = 0.9;

    /** With the statistics fixed, images have nothing to do with each other but through the loss. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void gradientIsThatOfOnePass(int microBatch) {
        Map<String, float[]> whole = new HashMap<>();
        double wholeLoss;
        try (TrainingModel model = model(6, BatchStatistics.MOVING)) {
            wholeLoss = gradientsInOnePass(model, whole);
        }
        try (TrainingModel model = model(microBatch, BatchStatistics.MOVING)) {
            double loss = model.step(0, VIDEOS, 0, 0, 1).loss();
            assertThat(loss).isCloseTo(wholeLoss, within(1e-5 * wholeLoss));
            Map<String, float[]> summed = new HashMap<>();
            Session.Runner runner = model.session().runner();
            model.nodes().gradients().forEach(gradient -> runner.fetch(gradient.value()));
            try (Result result = runner.run()) {
                collect(model, result, 0, summed);
            }
            assertThat(summed).hasSameSizeAs(whole);
            double length = 0;
            double difference = 0;
            for (Map.Entry<String, float[]> found : summed.entrySet()) {
                float[] expected = Objects.requireNonNull(whole.get(found.getKey()), found.getKey());
                double own = squares(expected, new float[expected.length]);
                double apart = squares(found.getValue(), expected);
                length += own;
                difference += apart;
                assertThat(Math.sqrt(apart)).as(found.getKey()).isLessThan(1e-4 * Math.sqrt(own) + 1e-6);
            }
            assertThat(Math.sqrt(difference)).isPositive().isLessThan(1e-5 * Math.sqrt(length));
        }
    }

    @Test
    void stepsLikeOnePass() {
        try (TrainingModel whole = model(6, BatchStatistics.MOVING);
                TrainingModel parts = model(2, BatchStatistics.MOVING)) {
            for (int i = 0; i < 3; i++) {
                TrainingModel.Step one = whole.step(0, VIDEOS, i, RATE, TAU);
                TrainingModel.Step other = parts.step(0, VIDEOS, i, RATE, TAU);
                assertThat(other.loss()).isCloseTo(one.loss(), within(1e-4 * one.loss()));
                assertThat(other.gradientNorm()).isCloseTo(one.gradientNorm(), within(1e-3 * one.gradientNorm()));
            }
            Map<String, float[]> targets = parts.nodes().target().values(parts.session());
            whole.nodes().target().values(whole.session()).forEach((name, expected) -> assertThat(
                            distance(Objects.requireNonNull(targets.get(name)), expected))
                    .as(name)
                    .isLessThan(1e-4 * Math.max(1e-2, largest(expected))));
        }
    }

    /** With statistics of their own micro-batches break no more than the equality. */
    @Test
    void learnsWithStatisticsOfMicroBatches() {
        try (TrainingModel model = model(3, BatchStatistics.OWN)) {
            float[] before = movingMean(model);
            double first = model.step(0, VIDEOS, 0, RATE, TAU).loss();
            assertThat(movingMean(model)).isNotEqualTo(before);
            double last = first;
            for (int i = 1; i < 30; i++) {
                last = model.step(0, VIDEOS, i, RATE, TAU).loss();
            }
            assertThat(last).isLessThan(0.8 * first);
        }
    }

    private static float[] movingMean(TrainingModel model) {
        return Objects.requireNonNull(
                model.nodes().online().values(model.session()).get("backbone.bn1.running_mean"));
    }

    private static TrainingModel model(int microBatch, BatchStatistics statistics) {
        ModelSettings settings = TestSettings.with(
                """
                vito.learner.model {
                  architecture = tiny, block = bottleneck, depths = [1, 1, 1, 1], width = 4, zero-gamma = false
                  projector { hidden = 32, output = 8 }
                  views = 3, clips = 6, micro-batch = %d, size = 40, threads = 1
                }
                """
                        .formatted(microBatch));
        TrainingModel model = TrainingModel.create(settings, 3, statistics);
        StepArithmeticTest.fill(model.inputBuffers(1).get(0));
        return model;
    }

    private static double gradientsInOnePass(TrainingModel model, Map<String, float[]> gradients) {
        Inputs inputs = model.nodes().inputs();
        try (TInt32 videos = TInt32.vectorOf(VIDEOS);
                TInt64 chance = TInt64.vectorOf(0, 0)) {
            Session.Runner runner = model.session()
                    .runner()
                    .feed(inputs.bytes(), model.input(0))
                    .feed(inputs.seed(), chance)
                    .feed(inputs.videoIds(), videos)
                    .fetch(model.nodes().loss());
            model.nodes().gradients().forEach(gradient -> runner.fetch(gradient.value()));
            try (Result result = runner.run()) {
                collect(model, result, 1, gradients);
                return ((TFloat32) result.get(0)).getFloat();
            }
        }
    }

    private static void collect(TrainingModel model, Result result, int first, Map<String, float[]> into) {
        int index = first;
        for (Gradient gradient : model.nodes().gradients()) {
            into.put(gradient.parameter().name(), gradient.parameter().inFileLayout((TFloat32) result.get(index++)));
        }
    }

    /** Square of the Euclidean distance. */
    private static double squares(float[] one, float[] other) {
        assertThat(one).hasSameSizeAs(other);
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += ((double) one[i] - other[i]) * ((double) one[i] - other[i]);
        }
        return sum;
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static double distance(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        double distance = 0;
        for (int i = 0; i < found.length; i++) {
            distance = Math.max(distance, Math.abs((double) found[i] - expected[i]));
        }
        return distance;
    }
}
