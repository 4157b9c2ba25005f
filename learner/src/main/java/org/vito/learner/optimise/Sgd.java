package org.vito.learner.optimise;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.ResourceApplyMomentum;
import org.tensorflow.types.TFloat32;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;

/**
 * Stochastic gradient descent with momentum, in the order of operations of {@code torch.optim.SGD}:
 *
 * <pre>
 *   u = g + weightDecay · w
 *   m ← momentum · m + u
 *   w ← w − learningRate · m                     or, with Nesterov's momentum,
 *   w ← w − learningRate · (u + momentum · m)
 * </pre>
 *
 * @param weightDecay share of the weights added to their gradients
 * @param excluded parameters without weight decay
 * @param momentum share of the step before in this one
 * @param nesterov whether the momentum is Nesterov's
 */
public record Sgd(double weightDecay, Exclusions excluded, double momentum, boolean nesterov) implements Optimiser {
    private static final String MOMENTUM_PREFIX = "momentum.";

    @Override
    public List<Op> step(Ops tf, List<Gradient> gradients, Operand<TFloat32> learningRate, Variables state) {
        Operand<TFloat32> share = tf.constant((float) momentum);
        List<Op> steps = new ArrayList<>();
        for (Gradient gradient : gradients) {
            Variable parameter = gradient.parameter();
            Variable velocity = state.declareZeros(MOMENTUM_PREFIX + parameter.name(), parameter);
            steps.add(tf.train.resourceApplyMomentum(
                    parameter.handle(),
                    velocity.handle(),
                    learningRate,
                    excluded.contains(parameter) ? gradient.value() : decayed(tf, gradient, weightDecay),
                    share,
                    ResourceApplyMomentum.useNesterov(nesterov)));
        }
        return steps;
    }

    /** The gradient plus {@code decay} times the weights. */
    static Operand<TFloat32> decayed(Ops tf, Gradient gradient, double decay) {
        if (decay == 0) {
            return gradient.value();
        }
        return tf.math.add(gradient.value(), tf.math.mul(gradient.parameter().value(), tf.constant((float) decay)));
    }
}
