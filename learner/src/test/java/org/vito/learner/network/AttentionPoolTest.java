package org.vito.learner.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.vito.protocol.CounterRandom;

class AttentionPoolTest {
    private static final double[][][][] FEATURES = {{{{1, 0}, {0, 1}}, {{2, 2}, {1, 1}}}};

    @Test
    void weightsAreASoftmaxOverPositions() {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            var pooled = AttentionPool.weighted(tf, tf.constant(FEATURES), tf.constant(new double[] {0, 1, 2, 0}), 2);
            assertThat(fetch(graph, pooled.weights()))
                    .containsExactly(new double[] {.082595, .224515, .610296, .082595}, within(1e-6));
            assertThat(fetch(graph, pooled.mean())).containsExactly(new double[] {1.385780, 1.527701}, within(1e-6));
        }
    }

    /** The sum of squares of the pooled features of two images, by every parameter and every feature. */
    @ParameterizedTest
    @EnumSource(Activation.class)
    void gradientsAgreeWithDifferences(Activation activation) {
        double[][] inputs = {random(2 * 2 * 2 * 3, 1), random(4 * 3, 2), random(4, 3), random(4, 4), new double[] {0.3}
        };
        for (int of = 0; of < inputs.length; of++) {
            double[] gradient = evaluate(activation, inputs, of);
            for (int i = 0; i < inputs[of].length; i++) {
                double step = 1e-5;
                double value = inputs[of][i];
                inputs[of][i] = value + step;
                double above = evaluate(activation, inputs, -1)[0];
                inputs[of][i] = value - step;
                double below = evaluate(activation, inputs, -1)[0];
                inputs[of][i] = value;
                assertThat(gradient[i])
                        .as("input %d, element %d", of, i)
                        .isCloseTo((above - below) / (2 * step), within(1e-7));
            }
        }
    }

    /** The value for {@code of} < 0, else the gradient with respect to that input. */
    private static double[] evaluate(Activation activation, double[][] inputs, int of) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<TFloat64> h = tf.reshape(tf.constant(inputs[0]), tf.constant(new int[] {2, 2, 2, 3}));
            Operand<TFloat64> fc1 = tf.reshape(tf.constant(inputs[1]), tf.constant(new int[] {4, 3}));
            Operand<TFloat64> fc1Bias = tf.constant(inputs[2]);
            Operand<TFloat64> fc2 = tf.reshape(tf.constant(inputs[3]), tf.constant(new int[] {1, 4}));
            Operand<TFloat64> fc2Bias = tf.constant(inputs[4]);
            Operand<TFloat64> pooled = new AttentionPool<>(fc1, fc1Bias, activation, fc2, fc2Bias)
                    .pool(tf, h, 3)
                    .mean();
            Operand<TFloat64> value = tf.reduceSum(tf.math.square(pooled), tf.constant(new int[] {0, 1}));
            if (of < 0) {
                return fetch(graph, value);
            }
            Output<?>[] all = {h.asOutput(), fc1.asOutput(), fc1Bias.asOutput(), fc2.asOutput(), fc2Bias.asOutput()};
            Output<?>[] gradients = graph.addGradients(value.asOutput(), new Output<?>[] {all[of]});
            return fetch(graph, gradients[0].expect(TFloat64.class));
        }
    }

    private static double[] fetch(Graph graph, Operand<TFloat64> node) {
        try (Session session = new Session(graph);
                Result result = session.runner().fetch(node).run()) {
            TFloat64 tensor = (TFloat64) result.get(0);
            double[] values = new double[(int) tensor.size()];
            int i = 0;
            for (var scalar : tensor.scalars()) {
                values[i++] = scalar.getDouble();
            }
            return values;
        }
    }

    private static double[] random(int n, long seed) {
        var random = CounterRandom.of(seed, "values", 0, 0);
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.nextGaussian();
        }
        return values;
    }
}
