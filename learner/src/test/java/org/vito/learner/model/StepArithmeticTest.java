package org.vito.learner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vito.learner.network.Variables;
import org.vito.learner.optimise.Optimiser.Gradient;
import org.vito.protocol.CounterRandom;

/** Follows five steps in 64-bit arithmetic written out here, from the gradients that each step found. */
class StepArithmeticTest {
    private static final double TAU = 0.99;
    private static final double RATE = 0.5;
    private static final int STEPS = 5;
    private static final int[] VIDEOS = {0, 1, 2, 2};

    @Test
    void fiveStepsOfLarsAndMovingAverage() {
        try (TrainingModel model = TrainingModel.create(TestSettings.tiny(32), 3)) {
            fill(model.inputBuffers(1).get(0));
            Variables online = model.nodes().online();
            Variables target = model.nodes().target();
            Map<String, float[]> weights = online.values(model.session());
            Map<String, float[]> followers = target.values(model.session());
            LarsArithmetic arithmetic = new LarsArithmetic(RATE, TAU);
            for (int step = 0; step < STEPS; step++) {
                Map<String, float[]> gradients = step(model);
                Map<String, float[]> weightsBefore = weights;
                Map<String, float[]> followersBefore = followers;
                Map<String, float[]> weightsAfter = online.values(model.session());
                Map<String, float[]> followersAfter = target.values(model.session());
                gradients.forEach((name, gradient) -> {
                    double[] expected = arithmetic.step(online.get(name), of(weightsBefore, name), gradient);
                    assertClose(of(weightsAfter, name), expected, name);
                    assertClose(of(followersAfter, name), arithmetic.follow(of(followersBefore, name), expected), name);
                });
                weights = weightsAfter;
                followers = followersAfter;
            }
        }
    }

    /** One step that also fetches the gradients it used. */
    private static Map<String, float[]> step(TrainingModel model) {
        TrainingGraph nodes = model.nodes();
        Map<String, float[]> gradients = new HashMap<>();
        try (TInt32 videos = TInt32.vectorOf(VIDEOS);
                TFloat32 rate = TFloat32.scalarOf((float) RATE);
                TFloat32 decay = TFloat32.scalarOf((float) TAU)) {
            Session.Runner runner = model.session()
                    .runner()
                    .feed(nodes.inputs().bytes(), model.input(0))
                    .feed(nodes.videoIds(), videos)
                    .feed(nodes.inputs().learningRate(), rate)
                    .feed(nodes.inputs().emaDecay(), decay)
                    .addTarget(((OnePass) nodes.step()).step());
            nodes.gradients().forEach(gradient -> runner.fetch(gradient.value()));
            try (Result result = runner.run()) {
                for (int i = 0; i < nodes.gradients().size(); i++) {
                    Gradient gradient = nodes.gradients().get(i);
                    gradients.put(
                            gradient.parameter().name(), gradient.parameter().inFileLayout((TFloat32) result.get(i)));
                }
            }
        }
        assertThat(gradients).isNotEmpty();
        return gradients;
    }

    private static float[] of(Map<String, float[]> values, String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    private static void assertClose(float[] found, double[] expected, String name) {
        double scale = 1e-3;
        for (double value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as(name).isCloseTo(expected[i], within(2e-6 * scale));
        }
    }

    static void fill(ByteBuffer images) {
        var random = CounterRandom.of(1, "images", 0, 0);
        for (int i = 0; i < images.capacity(); i++) {
            images.put(i, (byte) random.nextInt());
        }
    }
}
