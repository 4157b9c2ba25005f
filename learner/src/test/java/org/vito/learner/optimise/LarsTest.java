package org.vito.learner.optimise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.network.TestVariables;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;

class LarsTest {
    private static final Lars LARS = new Lars(1e-6, new Exclusions(true, true), 1e-3, 0.9);

    @Test
    void twoStepsOfAMatrix() {
        List<float[]> after = steps(2, new float[] {3, 4}, new float[] {.6f, -.8f}, 1L, 2L);
        assertThat(after.get(0)).containsExactly(new float[] {2.9856f, 4.0192f}, within(1e-6f));
        assertThat(after.get(1)).containsExactly(new float[] {2.958220f, 4.055706f}, within(1e-6f));
    }

    @Test
    void vectorsHaveNeitherDecayNorRatio() {
        List<float[]> after = steps(2, new float[] {1}, new float[] {.01f}, 1L);
        assertThat((double) after.get(0)[0]).isCloseTo(.952, within(1e-6));
        assertThat((double) after.get(1)[0]).isCloseTo(.8608, within(1e-6));
    }

    @Test
    void matrixOfZerosMovesByItsGradient() {
        assertThat(steps(1, new float[] {0, 0}, new float[] {.5f, .25f}, 1L, 2L).get(0))
                .containsExactly(new float[] {-2.4f, -1.2f}, within(1e-6f));
    }

    @Test
    void gradientOfZeroMovesNothing() {
        Lars withoutDecay = new Lars(0, new Exclusions(true, true), 1e-3, 0.9);
        assertThat(steps(withoutDecay, 1, new float[] {3, 4}, new float[] {0, 0}, 1L, 2L)
                        .get(0))
                .containsExactly(3, 4);
    }

    @Test
    void targetFollowsWhatTheStepHasMade() {
        try (Graph graph = new Graph();
                Session session = new Session(graph)) {
            Ops tf = Ops.create(graph);
            Variables online = new Variables(tf.withSubScope("online"));
            Variables target = new Variables(tf.withSubScope("target"));
            Variable leader = TestVariables.declare(online, "w", 1L);
            TestVariables.declare(target, "w", 1L);
            Variables state = new Variables(tf.withSubScope("state"));
            Operand<TFloat32> gradient = tf.constant(new float[] {1});
            List<Op> stepped = LARS.step(tf, List.of(new Optimiser.Gradient(leader, gradient)), tf.constant(2f), state);
            List<Op> followed = MovingAverage.follow(tf, target, List.of(leader), stepped, tf.constant(0.75f));
            TestVariables.write(online, session, new float[] {10});
            TestVariables.write(target, session, new float[] {4});
            state.initialise(session, 0);
            session.runner().addTarget(followed.get(0).op()).run().close();
            // 10 − 2 · 1 = 8, and 0.75 · 4 + 0.25 · 8 = 5
            assertThat(online.values(session).get("w")).containsExactly(8);
            assertThat(target.values(session).get("w")).containsExactly(5);
        }
    }

    private static List<float[]> steps(int count, float[] weight, float[] gradient, Long... shape) {
        return steps(LARS, count, weight, gradient, shape);
    }

    /** The weight after each of {@code count} steps at learning rate 4.8. */
    private static List<float[]> steps(Lars lars, int count, float[] weight, float[] gradient, Long... shape) {
        try (Graph graph = new Graph();
                Session session = new Session(graph)) {
            Ops tf = Ops.create(graph);
            Variables variables = new Variables(tf);
            Variable variable = TestVariables.declare(variables, "w", shape);
            Variables state = new Variables(tf.withSubScope("state"));
            long[] dimensions = Arrays.stream(shape).mapToLong(Long::longValue).toArray();
            Operand<TFloat32> shaped = tf.reshape(tf.constant(gradient), tf.constant(dimensions));
            List<Op> ops = lars.step(tf, List.of(new Optimiser.Gradient(variable, shaped)), tf.constant(4.8f), state);
            TestVariables.write(variables, session, weight);
            state.initialise(session, 0);
            List<float[]> after = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                session.runner().addTarget(ops.get(0).op()).run().close();
                after.add(Objects.requireNonNull(variables.values(session).get("w")));
            }
            return after;
        }
    }
}
