package org.vito.learner.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;
import org.vito.learner.objective.InfoNce.Negatives;
import org.vito.learner.objective.InfoNce.Reduction;
import org.vito.protocol.CounterRandom;

class InfoNceTest {
    /** Rows are views, columns clips A and B, in degrees on the unit circle. */
    private static final double[][] ONLINE = {{0, 40}, {10, 50}, {20, 60}};

    private static final double[][] TARGET = {{5, 45}, {15, 55}, {25, 65}};

    /** Two clips of one video, and two of others. */
    private static final int[] VIDEOS = {0, 1, 1, 2};

    private static final int LENGTH = 5;

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
        for (boolean normalise : new boolean[] {true, false}) {
            InfoNce objective = new InfoNce(temperature, normalise, negatives, Reduction.SUM);
            int[] twoVideos = {0, 1};
            assertThat(found(objective, TFloat64.class, TFloat64.class, unit(ONLINE), unit(TARGET), twoVideos).loss)
                    .isCloseTo(expected, within(1e-6));
            assertThat(ReferenceInfoNce.loss(objective, unit(ONLINE), unit(TARGET), twoVideos))
                    .as("the reference itself")
                    .isCloseTo(expected, within(1e-6));
        }
    }

    static Stream<Arguments> switches() {
        List<Arguments> all = new ArrayList<>();
        for (int views = 2; views <= 4; views++) {
            for (boolean normalise : new boolean[] {true, false}) {
                for (Negatives negatives : Negatives.values()) {
                    for (Reduction reduction : Reduction.values()) {
                        all.add(Arguments.of(views, new InfoNce(normalise ? 0.2 : 1, normalise, negatives, reduction)));
                    }
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("switches")
    void lossIsThatOfTheDefinitionAndItsGradientThatOfDifferences(int views, InfoNce objective) {
        double[][][] online = random(views, VIDEOS.length, 1, 5);
        double[][][] target = random(views, VIDEOS.length, 1, 6);
        Found found = found(objective, TFloat64.class, TFloat64.class, online, target, VIDEOS);
        double expected = ReferenceInfoNce.loss(objective, online, target, VIDEOS);
        assertThat(found.loss).isCloseTo(expected, within(1e-12 * expected));
        assertClose(
                found.gradients, differences(z -> ReferenceInfoNce.loss(objective, z, target, VIDEOS), online), 1e-8);
    }

    static Stream<Arguments> halfPrecisions() {
        return Stream.of(TFloat16.class, TBfloat16.class)
                .flatMap(type -> Stream.of(
                        // Products of some 10⁴: e to their power overflows 64 bits, and they overflow a float16
                        // squared.
                        Arguments.of(type, new InfoNce(1, false, Negatives.ALL, Reduction.SUM), 50.0),
                        Arguments.of(type, new InfoNce(1, false, Negatives.SAME, Reduction.MEAN), 50.0),
                        Arguments.of(type, new InfoNce(1e-3, true, Negatives.ALL, Reduction.SUM), 300.0),
                        Arguments.of(type, new InfoNce(0.1, true, Negatives.ALL, Reduction.SUM), 1e-3),
                        Arguments.of(type, new InfoNce(0.1, true, Negatives.SAME, Reduction.SUM), 1.0)));
    }

    /** Projections in half precision cost their own rounding and nothing else. */
    @ParameterizedTest
    @MethodSource("halfPrecisions")
    <T extends TFloating> void projectionsInHalfPrecision(Class<T> type, InfoNce objective, double scale) {
        double[][][] online = rounded(type, random(3, VIDEOS.length, scale, 7));
        double[][][] target = rounded(type, random(3, VIDEOS.length, scale, 8));
        Found found = found(objective, type, TFloat32.class, online, target, VIDEOS);
        double expected = ReferenceInfoNce.loss(objective, online, target, VIDEOS);
        assertThat(found.loss).isCloseTo(expected, within(1e-5 * expected));
        assertClose(
                found.gradients,
                differences(z -> ReferenceInfoNce.loss(objective, z, target, VIDEOS), online),
                type.equals(TFloat16.class) ? 0x1p-10 : 0x1p-7);
    }

    @ParameterizedTest
    @ValueSource(classes = {TFloat16.class, TBfloat16.class, TFloat32.class, TFloat64.class})
    <T extends TFloating> void batchOfOneVideoHasNoLossAndNoGradient(Class<T> type) {
        for (Negatives negatives : Negatives.values()) {
            InfoNce objective = new InfoNce(0.1, true, negatives, Reduction.SUM);
            Found found =
                    found(objective, type, TFloat32.class, random(2, 3, 1, 3), random(2, 3, 1, 4), new int[] {7, 7, 7});
            assertThat(found.loss).isZero();
            assertThat(found.gradients.stream().flatMapToDouble(Arrays::stream)).containsOnly(0.0);
        }
    }

    @Test
    void tiniestTemperatureAndProjectionsOfLengthZeroStayFinite() {
        InfoNce objective = new InfoNce(1e-4, true, Negatives.ALL, Reduction.SUM);
        double[][][] online = random(2, 3, 1, 3);
        Arrays.fill(online[0][1], 0);
        Found found = found(objective, TFloat32.class, TFloat32.class, online, random(2, 3, 1, 4), new int[] {0, 1, 2});
        assertThat(found.loss).isFinite();
        assertThat(found.gradients.stream().flatMapToDouble(Arrays::stream)).allMatch(Double::isFinite);
    }

    /** The loss and, for each view, its gradient with respect to the online projections {@code [clips × length]}. */
    private record Found(double loss, List<double[]> gradients) {}

    private static <T extends TFloating, P extends TFloating> Found found(
            InfoNce objective, Class<T> type, Class<P> precision, double[][][] online, double[][][] target, int[] ids) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            List<Operand<T>> z = constants(tf, type, online);
            Operand<P> loss = objective.loss(tf, precision, z, constants(tf, type, target), tf.constant(ids));
            Output<?>[] gradients = graph.addGradients(
                    loss.asOutput(), z.stream().map(Operand::asOutput).toArray(Output<?>[]::new));
            List<Operand<TFloat64>> wanted = new ArrayList<>();
            wanted.add(tf.dtypes.cast(loss, TFloat64.class));
            for (Output<?> gradient : gradients) {
                wanted.add(tf.dtypes.cast(gradient.expect(type), TFloat64.class));
            }
            List<double[]> values = fetch(graph, wanted);
            return new Found(values.get(0)[0], values.subList(1, values.size()));
        }
    }

    private static <T extends TFloating> double[][][] rounded(Class<T> type, double[][][] values) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            List<double[]> flat = fetch(
                    graph,
                    constants(tf, type, values).stream()
                            .<Operand<TFloat64>>map(z -> tf.dtypes.cast(z, TFloat64.class))
                            .toList());
            double[][][] rounded = new double[values.length][values[0].length][LENGTH];
            for (int view = 0; view < values.length; view++) {
                for (int clip = 0; clip < values[0].length; clip++) {
                    System.arraycopy(flat.get(view), clip * LENGTH, rounded[view][clip], 0, LENGTH);
                }
            }
            return rounded;
        }
    }

    private static List<double[]> fetch(Graph graph, List<Operand<TFloat64>> nodes) {
        try (Session session = new Session(graph)) {
            Session.Runner runner = session.runner();
            nodes.forEach(runner::fetch);
            try (Result result = runner.run()) {
                List<double[]> values = new ArrayList<>();
                for (int i = 0; i < nodes.size(); i++) {
                    TFloat64 tensor = (TFloat64) result.get(i);
                    double[] value = new double[(int) tensor.size()];
                    tensor.copyTo(DataBuffers.of(value, false, false));
                    values.add(value);
                }
                return values;
            }
        }
    }

    private static <T extends TFloating> List<Operand<T>> constants(Ops tf, Class<T> type, double[][][] views) {
        return Arrays.stream(views)
                .<Operand<T>>map(view -> tf.dtypes.cast(tf.constant(view), type))
                .toList();
    }

    /** Central differences of {@code f} around {@code at}, one array a view. */
    private static List<double[]> differences(ToDoubleFunction<double[][][]> f, double[][][] at) {
        double step = 3e-6
                * Arrays.stream(at)
                        .flatMap(Arrays::stream)
                        .flatMapToDouble(Arrays::stream)
                        .map(Math::abs)
                        .max()
                        .orElseThrow();
        List<double[]> gradients = new ArrayList<>();
        for (double[][] view : at) {
            double[] gradient = new double[view.length * LENGTH];
            for (int i = 0; i < gradient.length; i++) {
                double[] row = view[i / LENGTH];
                double value = row[i % LENGTH];
                row[i % LENGTH] = value + step;
                double above = f.applyAsDouble(at);
                row[i % LENGTH] = value - step;
                double below = f.applyAsDouble(at);
                row[i % LENGTH] = value;
                gradient[i] = (above - below) / (2 * step);
            }
            gradients.add(gradient);
        }
        return gradients;
    }

    /** Equal but for {@code tolerance} of the largest element. */
    private static void assertClose(List<double[]> found, List<double[]> expected, double tolerance) {
        double largest = expected.stream()
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElseThrow();
        assertThat(largest).isPositive();
        for (int view = 0; view < expected.size(); view++) {
            assertThat(found.get(view)).containsExactly(expected.get(view), within(tolerance * largest));
        }
    }

    private static double[][][] unit(double[][] degrees) {
        return Arrays.stream(degrees)
                .map(view -> Arrays.stream(view)
                        .map(Math::toRadians)
                        .mapToObj(angle -> new double[] {Math.cos(angle), Math.sin(angle)})
                        .toArray(double[][]::new))
                .toArray(double[][][]::new);
    }

    private static double[][][] random(int views, int clips, double scale, long seed) {
        CounterRandom random = CounterRandom.of(seed, "projections", 0, 0);
        double[][][] projections = new double[views][clips][LENGTH];
        for (double[][] view : projections) {
            for (double[] projection : view) {
                Arrays.setAll(projection, d -> scale * random.nextGaussian());
            }
        }
        return projections;
    }
}
