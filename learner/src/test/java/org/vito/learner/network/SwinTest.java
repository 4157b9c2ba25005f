package org.vito.learner.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.vito.learner.group.ProcessGroup;
import org.vito.protocol.CounterRandom;

/** Gradients and windows of Swin Transformers; that their outputs are timm's is shown with published weights elsewhere. */
class SwinTest {
    /** Weights are multiples of this, so that they and a step beside them are exact in 32 bits. */
    private static final double GRAIN = 0x1p-16;

    private static final double STEP = 0x1p-12;

    /**
     * Every parameter's gradient, in 64 bits, along a random direction and for two of its elements. The map is 10 × 7, then
     * 5 × 4: windows are shifted, filled up and cut, merging meets an odd side, and branches are dropped. In the second case the
     * last map is smaller than a window.
     */
    @ParameterizedTest
    @CsvSource({"3, 40, 28", "4, 22, 36"})
    void gradientsAgreeWithDifferences(int window, int height, int width) {
        var spec = new BackboneSpec.Swin(List.of(2, 2), 4, List.of(2, 2), window, 0.4);
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Layers<TFloat64> layers = new Layers<>(
                    tf,
                    new Variables(tf),
                    TFloat64.class,
                    BatchStatistics.OWN,
                    tf.constant(new long[] {1, 2}),
                    ProcessGroup.alone());
            Operand<TFloat64> images = tf.reshape(
                    tf.constant(random(2 * height * width * 3, 1)), tf.constant(new int[] {2, height, width, 3}));
            List<Operand<TFloat64>> values = new ArrayList<>();
            for (Views<TFloat64> group : new Swin<>(spec, layers, "").groups(Views.one(images))) {
                Operand<TFloat64> output = group.all();
                values.add(tf.math.mean(tf.math.sin(output), tf.constant(new int[] {0, 1, 2, 3})));
            }
            check(graph, layers.variables().all(), tf.math.addN(values));
        }
    }

    private static void check(Graph graph, List<Variable> variables, Operand<TFloat64> value) {
        Map<Variable, float[]> point = new LinkedHashMap<>();
        variables.forEach(variable -> point.put(variable, initial(variable)));
        Output<?>[] by = variables.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new);
        Output<?>[] gradients = graph.addGradients(value.asOutput(), by);
        try (Session session = new Session(graph)) {
            // All at once: a session prepares its graph anew for every set of nodes that it is asked for.
            List<double[]> found = run(session, point, gradients);
            for (int i = 0; i < variables.size(); i++) {
                Variable variable = variables.get(i);
                double[] gradient = found.get(i);
                assertThat(gradient).as(variable.name()).hasSameSizeAs(point.get(variable));
                for (float[] direction : directions(variable.name(), gradient.length)) {
                    double expected = difference(session, point, variable, direction, value.asOutput());
                    double slope = 0;
                    for (int k = 0; k < gradient.length; k++) {
                        slope += gradient[k] * direction[k];
                    }
                    assertThat(slope).as(variable.name()).isCloseTo(expected, within(2e-7));
                }
            }
        }
    }

    private static List<float[]> directions(String name, int length) {
        var random = CounterRandom.of(3, name, 0, 0);
        float[] all = new float[length];
        for (int i = 0; i < length; i++) {
            all[i] = random.nextInt(2) == 0 ? -1 : 1;
        }
        List<float[]> directions = new ArrayList<>(List.of(all));
        for (int i = 0; i < 2; i++) {
            float[] one = new float[length];
            one[random.nextInt(length)] = 1;
            directions.add(one);
        }
        return directions;
    }

    /** The derivative along a direction: central differences at two steps, so combined that the cubic terms cancel. */
    private static double difference(
            Session session, Map<Variable, float[]> point, Variable variable, float[] direction, Output<?> value) {
        double[] slopes = new double[2];
        for (int i = 0; i < slopes.length; i++) {
            double step = STEP / (1 << i);
            slopes[i] = (moved(session, point, variable, direction, step, value)
                            - moved(session, point, variable, direction, -step, value))
                    / (2 * step);
        }
        return (4 * slopes[1] - slopes[0]) / 3;
    }

    private static double moved(
            Session session,
            Map<Variable, float[]> point,
            Variable variable,
            float[] direction,
            double step,
            Output<?> value) {
        Map<Variable, float[]> other = new LinkedHashMap<>(point);
        float[] values = Objects.requireNonNull(point.get(variable)).clone();
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) (step * direction[i]);
        }
        other.put(variable, values);
        return run(session, other, value).get(0)[0];
    }

    private static float[] initial(Variable variable) {
        int length =
                (int) variable.fileShape().stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        double[] values = random(length, variable.name().hashCode());
        float[] initial = new float[length];
        for (int i = 0; i < length; i++) {
            double centre = variable.kind() == Variable.Kind.ONES ? 1 : 0;
            initial[i] = (float) (Math.rint((centre + 0.3 * values[i]) / GRAIN) * GRAIN);
        }
        return initial;
    }

    private static List<double[]> run(Session session, Map<Variable, float[]> point, Output<?>... nodes) {
        Session.Runner runner = session.runner();
        List.of(nodes).forEach(runner::fetch);
        List<TFloat32> tensors = new ArrayList<>();
        try {
            point.forEach((variable, values) -> {
                TFloat32 tensor = TFloat32.tensorOf(variable.value().shape(), DataBuffers.of(values));
                tensors.add(tensor);
                runner.feed(variable.value(), tensor);
            });
            try (Result result = runner.run()) {
                List<double[]> values = new ArrayList<>();
                result.forEach(entry -> values.add(doubles(entry.getValue())));
                return values;
            }
        } finally {
            tensors.forEach(TFloat32::close);
        }
    }

    private static double[] doubles(Tensor fetched) {
        if (fetched instanceof TFloat64 tensor) {
            double[] values = new double[(int) tensor.size()];
            tensor.copyTo(DataBuffers.of(values, false, false));
            return values;
        }
        TFloat32 tensor = (TFloat32) fetched;
        float[] values = new float[(int) tensor.size()];
        tensor.copyTo(DataBuffers.of(values, false, false));
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    /** Cutting and joining gives back every map; a 2 × 2 window of a shifted 4 × 4 map begins at its second row and column. */
    @Test
    void windowsAreCutAndJoined() {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            for (int[] size : new int[][] {{4, 4}, {5, 7}, {2, 6}, {1, 1}}) {
                Operand<TFloat32> map = tf.reshape(
                        tf.range(tf.constant(0f), tf.constant((float) size[0] * size[1]), tf.constant(1f)),
                        tf.constant(new int[] {1, size[0], size[1], 1}));
                Windows windows = new Windows(tf, tf.constant(size), tf.constant(size), 2);
                for (boolean shifted : new boolean[] {false, true}) {
                    Operand<TFloat32> cut = windows.cut(map, shifted, 1);
                    assertThat(fetch(graph, windows.join(cut, shifted, 1))).containsExactly(fetch(graph, map));
                    if (size[0] == 4) {
                        double[] first = shifted ? new double[] {5, 6, 9, 10} : new double[] {0, 1, 4, 5};
                        assertThat(fetch(graph, cut)).startsWith(first);
                    }
                }
            }
        }
    }

    /** In the last window of a shifted map, only what was together before the roll attends to each other. */
    @Test
    void whatTheRollBroughtTogetherIsMasked() {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<TInt32> size = tf.constant(new int[] {4, 4});
            double[] mask = fetch(graph, new Windows(tf, size, size, 2).mask(TFloat32.class));
            assertThat(mask).hasSize(4 * 16);
            double[][] byWindow = new double[4][16];
            for (int i = 0; i < mask.length; i++) {
                byWindow[i / 16][i % 16] = mask[i];
            }
            double no = -100;
            assertThat(byWindow[0]).containsExactly(new double[16], within(0.0));
            assertThat(byWindow[1])
                    .containsExactly(
                            new double[] {0, no, 0, no, no, 0, no, 0, 0, no, 0, no, no, 0, no, 0}, within(0.0));
            assertThat(byWindow[2])
                    .containsExactly(
                            new double[] {0, 0, no, no, 0, 0, no, no, no, no, 0, 0, no, no, 0, 0}, within(0.0));
            assertThat(byWindow[3])
                    .containsExactly(
                            new double[] {0, no, no, no, no, 0, no, no, no, no, 0, no, no, no, no, 0}, within(0.0));
        }
    }

    private static double[] fetch(Graph graph, Operand<TFloat32> node) {
        try (Session session = new Session(graph);
                Result result = session.runner().fetch(node).run()) {
            return doubles(result.get(0));
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

    @Test
    void shapesOfAnImage() {
        var spec = new BackboneSpec.Swin(List.of(1, 1, 1), 4, List.of(1, 1, 1), 3, 0);
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Layers<TFloat32> layers = new Layers<>(tf, new Variables(tf), TFloat32.class, BatchStatistics.MOVING);
            Operand<TFloat32> images = tf.zeros(tf.constant(new int[] {2, 42, 19, 3}), TFloat32.class);
            List<Views<TFloat32>> groups = new Swin<>(spec, layers, "").groups(Views.one(images));
            try (Session session = new Session(graph)) {
                layers.variables().initialise(session, 0);
                Session.Runner runner = session.runner();
                groups.forEach(group -> runner.fetch(group.all()));
                try (Result result = runner.run()) {
                    assertThat(result.get(0).shape()).isEqualTo(Shape.of(2, 11, 5, 4));
                    assertThat(result.get(1).shape()).isEqualTo(Shape.of(2, 6, 3, 8));
                    assertThat(result.get(2).shape()).isEqualTo(Shape.of(2, 3, 2, 16));
                }
            }
        }
    }
}
