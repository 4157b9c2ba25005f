package org.vito.learner.optimise;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;

/** A rule by which parameters follow their gradients. */
public interface Optimiser {
    /** A parameter and the gradient of the loss with respect to it. */
    record Gradient(Variable parameter, Operand<TFloat32> value) {}

    /**
     * Adds one step to a graph.
     *
     * @param learningRate a scalar
     * @param state where the rule declares what it remembers from step to step
     * @return for each of {@code gradients} the node after which its parameter has its new value
     */
    List<Op> step(Ops tf, List<Gradient> gradients, Operand<TFloat32> learningRate, Variables state);
}
