package org.vito.learner.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.network.Variables;
import org.vito.learner.optimise.MovingAverage;
import org.vito.learner.optimise.Optimiser;
import org.vito.learner.optimise.Optimiser.Gradient;

/**
 * The end of a step: the optimiser moves the online network's parameters and the target network's follow.
 *
 * <p>One parameter after the other, the last layer's first, since its gradient is there first: so that of what is computed
 * on the way there is no more at a time than of one parameter, and a gradient is free as soon as it has been used.
 *
 * @param optimiser moves the parameters
 * @param state what it remembers
 * @param target whose parameters follow
 */
record Update(Optimiser optimiser, Variables state, Variables target, Inputs inputs) {

    /** The last of the nodes that apply {@code gradients}. */
    List<Op> apply(Ops tf, List<Gradient> gradients) {
        List<Op> last = new ArrayList<>();
        for (int i = gradients.size() - 1; i >= 0; i--) {
            Gradient gradient = gradients.get(i);
            Ops after = last.isEmpty() ? tf : tf.withControlDependencies(List.copyOf(last));
            List<Op> stepped = optimiser.step(after, List.of(gradient), inputs.learningRate(), state);
            last = MovingAverage.follow(tf, target, List.of(gradient.parameter()), stepped, inputs.emaDecay());
        }
        return last;
    }

    /** Euclidean norm of all gradients together. */
    static Operand<TFloat32> norm(Ops tf, List<Gradient> gradients) {
        List<Operand<TFloat32>> halves = gradients.stream()
                .<Operand<TFloat32>>map(gradient -> tf.nn.l2Loss(gradient.value()))
                .toList();
        return tf.math.sqrt(tf.math.mul(tf.math.addN(halves), tf.constant(2f)));
    }
}
