package org.vito.learner.optimise;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.network.TestVariables;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;

/**
 * One parameter of four elements under an optimiser at learning rate 0.1. Its gradient {@code w · (0.2, 0.3, −0.1, 0.05) +
 * (1, −2, 0.5, 0.1)} depends on where earlier steps have led; it begins at (3, 4, −1, 0.002).
 */
final class SteppedParameter implements AutoCloseable {
    private final Graph graph = new Graph();
    private final Session session = new Session(graph);
    private final Variables variables;
    private final Variables state;
    private final Variable parameter;
    private final Op step;

    SteppedParameter(Optimiser optimiser, String name, Long... shape) {
        Ops tf = Ops.create(graph);
        variables = new Variables(tf.withSubScope("parameters"));
        state = new Variables(tf.withSubScope("state"));
        parameter = TestVariables.declare(variables, name, shape);
        Operand<TFloat32> slope = like(tf, parameter, .2f, .3f, -.1f, .05f);
        Operand<TFloat32> gradient =
                tf.math.add(tf.math.mul(parameter.value(), slope), like(tf, parameter, 1, -2, .5f, .1f));
        step = optimiser
                .step(tf, List.of(new Optimiser.Gradient(parameter, gradient)), tf.constant(.1f), state)
                .get(0);
        TestVariables.write(variables, session, new float[] {3, 4, -1, .002f});
        state.initialise(session, 0);
    }

    private static Operand<TFloat32> like(Ops tf, Variable parameter, float... values) {
        return tf.reshape(
                tf.constant(values),
                tf.constant(parameter.fileShape().stream()
                        .mapToLong(Long::longValue)
                        .toArray()));
    }

    /** The parameter after each of {@code count} more steps. */
    List<double[]> steps(int count) {
        List<double[]> after = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            session.runner().addTarget(step.op()).run().close();
            float[] values = Objects.requireNonNull(variables.values(session).get(parameter.name()));
            double[] wide = new double[values.length];
            Arrays.setAll(wide, d -> values[d]);
            after.add(wide);
        }
        return after;
    }

    void save(Path directory) {
        variables.save(session, directory.resolve("parameters.safetensors"));
        state.save(session, directory.resolve("state.safetensors"));
    }

    void restore(Path directory) {
        variables.restore(session, directory.resolve("parameters.safetensors"));
        state.restore(session, directory.resolve("state.safetensors"));
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
