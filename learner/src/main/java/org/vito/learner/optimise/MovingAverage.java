package org.vito.learner.optimise;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;

/**
 * The target network's parameters as exponential moving average of the online network's: {@code ξ ← τ ξ + (1 − τ) θ}, with
 * θ as it is after the optimiser's step. Moving statistics of batch normalisation stay each network's own.
 */
public final class MovingAverage {
    private MovingAverage() {}

    /**
     * Adds one step to a graph.
     *
     * @param online the parameters to follow
     * @param stepped for each of them the node after which it has its new value
     * @param decay τ, a scalar
     */
    public static List<Op> follow(
            Ops tf, Variables target, List<Variable> online, List<Op> stepped, Operand<TFloat32> decay) {
        Operand<TFloat32> rate = tf.math.sub(tf.constant(1f), decay);
        List<Op> steps = new ArrayList<>();
        for (int i = 0; i < online.size(); i++) {
            Variable follower = target.get(online.get(i).name());
            Operand<TFloat32> leader = tf.withControlDependencies(stepped.get(i))
                    .readVariableOp(online.get(i).handle(), TFloat32.class);
            steps.add(tf.train.resourceApplyGradientDescent(
                    follower.handle(), rate, tf.math.sub(follower.value(), leader)));
        }
        return steps;
    }
}
