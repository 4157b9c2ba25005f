package org.vito.learner.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.types.TFloat32;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;
import org.vito.learner.optimise.Optimiser.Gradient;

/** Gradients as nodes of a graph. */
final class Differentiation {
    private Differentiation() {}

    /** The gradient of a scalar with respect to {@code x}, of the shape of {@code x}. */
    static Operand<TFloat32> of(Graph graph, Operand<TFloat32> scalar, Operand<TFloat32> x) {
        return graph.addGradients(scalar.asOutput(), new Output<?>[] {x.asOutput()})[0].expect(TFloat32.class);
    }

    /** The gradients of a scalar with respect to all parameters among {@code variables}, in their order. */
    static List<Gradient> of(Graph graph, Operand<TFloat32> scalar, Variables variables) {
        List<Variable> parameters = variables.parameters();
        Output<?>[] with = parameters.stream().map(p -> p.value().asOutput()).toArray(Output<?>[]::new);
        Output<?>[] found = graph.addGradients(scalar.asOutput(), with);
        List<Gradient> gradients = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            gradients.add(new Gradient(parameters.get(i), found[i].expect(TFloat32.class)));
        }
        return gradients;
    }
}
