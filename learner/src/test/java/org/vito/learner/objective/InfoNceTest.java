package org.vito.learner.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.vito.learner.objective.InfoNce.Negatives;
import org.vito.protocol.CounterRandom;

class InfoNceTest {
    private static final int[] TWO_VIDEOS = {0, 1};

    /** Rows are views, columns clips A and B, in degrees on the unit circle. */
    private static final double[][] ONLINE = {{0, 40}, {10, 50}, {20, 60}};

    private static final double[][] TARGET = {{5, 45}, {15, 55}, {25, 65}};

    static Stream<Arguments> golden() {
        return Stream.of(
                Arguments.of(0.1, Negatives.ALL, 2.969309),
                Arguments.of(0.1, Negatives.SAME, 1.420362),
                Arguments.of(1.0, Negatives.ALL, 7.387849),
                Arguments.of(1.0, Negatives.SAME, 3.539198));
    }

    @ParameterizedTest
    @MethodSource("golden")
    void meanOverClipsOfTheSumOverPairs(double temperature, Negatives negatives, double expected) {
        assertThat(loss(new InfoNce(temperature, negatives), unit(ONLINE), unit(TARGET), TWO_VIDEOS))
                .isCloseTo(expected, within(1e-6));
    }

    @ParameterizedTest
    @EnumSource(Negatives.class)
    void clipsOfOneVideoAreNoNegatives(Negatives negatives) {
        InfoNce objective = new InfoNce(0.1, negatives);
        double[][][] online = random(2, 3, 1);
        double[][][] target = random(2, 3, 2);
        double withOthers = loss(objective, online, target, new int[] {0, 0, 1});
        // Clips 0 and 1 have only clip 2 as negative, clip 2 has both others.
        double byHand = 0;
        for (int clip = 0; clip < 3; clip++) {
            for (int i = 0; i < 2; i++) {
                double positive = Math.exp(dot(online[i][clip], target[1 - i][clip]) / 0.1);
                double sum = positive;
                for (int other = 0; other < 3; other++) {
                    boolean negative = clip == 2 ? other != 2 : other == 2;
                    for (int j = 0; negative && j < 2; j++) {
                        if (negatives == Negatives.ALL || j == 1 - i) {
                            sum += Math.exp(dot(online[i][clip], target[j][other]) / 0.1);
                        }
                    }
                }
                byHand -= Math.log(positive / sum) / 3;
            }
        }
        assertThat(withOthers).isCloseTo(byHand, within(1e-9));
    }

    @Test
    void batchOfOneVideoHasNoLossAndNoGradient() {
        InfoNce objective = new InfoNce(0.1, Negatives.ALL);
        double[][][] online = random(2, 3, 3);
        int[] videos = {7, 7, 7};
        assertThat(loss(objective, online, random(2, 3, 4), videos)).isZero();
        for (double value : gradient(objective, online, random(2, 3, 4), videos, 0)) {
            assertThat(value).isZero();
        }
    }

    @Test
    void smallTemperatureDoesNotOverflow() {
        assertThat(loss(new InfoNce(1e-4, Negatives.ALL), random(2, 3, 3), random(2, 3, 4), new int[] {0, 1, 2}))
                .isFinite();
    }

    @ParameterizedTest
    @EnumSource(Negatives.class)
    void gradientAgreesWithDifferences(Negatives negatives) {
        InfoNce objective = new InfoNce(0.2, negatives);
        double[][][] online = random(3, 4, 5);
        double[][][] target = random(3, 4, 6);
        int[] videos = {0, 1, 1, 2};
        for (int view = 0; view < 3; view++) {
            double[] gradient = gradient(objective, online, target, videos, view);
            for (int clip = 0; clip < 4; clip++) {
                for (int d = 0; d < 2; d++) {
                    double step = 1e-5;
                    double value = online[view][clip][d];
                    online[view][clip][d] = value + step;
                    double above = loss(objective, online, target, videos);
                    online[view][clip][d] = value - step;
                    double below = loss(objective, online, target, videos);
                    online[view][clip][d] = value;
                    assertThat(gradient[clip * 2 + d]).isCloseTo((above - below) / (2 * step), within(1e-7));
                }
            }
        }
    }

    private static double loss(InfoNce objective, double[][][] online, double[][][] target, int[] videos) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<TFloat64> loss =
                    objective.loss(tf, constants(tf, online), constants(tf, target), tf.constant(videos));
            return fetch(graph, loss)[0];
        }
    }

    private static double[] gradient(
            InfoNce objective, double[][][] online, double[][][] target, int[] videos, int view) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            List<Operand<TFloat64>> z = constants(tf, online);
            Operand<TFloat64> loss = objective.loss(tf, z, constants(tf, target), tf.constant(videos));
            Output<?>[] gradients = graph.addGradients(
                    loss.asOutput(), new Output<?>[] {z.get(view).asOutput()});
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

    private static List<Operand<TFloat64>> constants(Ops tf, double[][][] views) {
        List<Operand<TFloat64>> constants = new ArrayList<>();
        for (double[][] view : views) {
            constants.add(tf.constant(view));
        }
        return constants;
    }

    private static double[][][] unit(double[][] degrees) {
        double[][][] points = new double[degrees.length][][];
        for (int view = 0; view < degrees.length; view++) {
            points[view] = new double[degrees[view].length][];
            for (int clip = 0; clip < degrees[view].length; clip++) {
                double angle = Math.toRadians(degrees[view][clip]);
                points[view][clip] = new double[] {Math.cos(angle), Math.sin(angle)};
            }
        }
        return points;
    }

    private static double[][][] random(int views, int clips, long seed) {
        var random = CounterRandom.of(seed, "angles", 0, 0);
        double[][] degrees = new double[views][clips];
        for (double[] view : degrees) {
            for (int clip = 0; clip < clips; clip++) {
                view[clip] = random.nextDouble(0, 360);
            }
        }
        return unit(degrees);
    }

    private static double dot(double[] a, double[] b) {
        return a[0] * b[0] + a[1] * b[1];
    }
}
