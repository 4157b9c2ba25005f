package org.vito.learner.optimise;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;

/**
 * LARS: momentum whose steps are as long, relative to each layer's weights, in all layers.
 *
 * <p>You, Gitman, Ginsburg, "Large batch training of convolutional networks", arXiv 1708.03888, in the order of
 * operations of BYOL's published code (deepmind-research, {@code byol/utils/optimizers.py}):
 *
 * <pre>
 *   u = g + weightDecay · w
 *   r = trust · ‖w‖ / ‖u‖     if both norms are positive, else 1
 *   m ← momentum · m + r · u
 *   w ← w − learningRate · m
 * </pre>
 *
 * The learning rate is thus no part of {@code m}, and the momentum is not Nesterov's. What is excluded
 * has neither decay nor trust ratio: u = g, r = 1.
 *
 * @param weightDecay share of the weights added to their gradients
 * @param excluded parameters without decay and trust ratio; in BYOL biases and the parameters of batch normalisation
 * @param trust wanted ratio of an update's norm to that of the weights
 * @param momentum share of the step before in this one
 */
public record Lars(double weightDecay, Exclusions excluded, double trust, double momentum) implements Optimiser {
    private static final String MOMENTUM_PREFIX = "momentum.";

    @Override
    public List<Op> step(Ops tf, List<Gradient> gradients, Operand<TFloat32> learningRate, Variables state) {
        Operand<TFloat32> share = tf.constant((float) momentum);
        List<Op> steps = new ArrayList<>();
        for (Gradient gradient : gradients) {
            Variable parameter = gradient.parameter();
            Variable velocity = state.declareZeros(MOMENTUM_PREFIX + parameter.name(), parameter);
            Operand<TFloat32> update = excluded.contains(parameter) ? gradient.value() : scaled(tf, gradient);
            steps.add(
                    tf.train.resourceApplyMomentum(parameter.handle(), velocity.handle(), learningRate, update, share));
        }
        return steps;
    }

    private Operand<TFloat32> scaled(Ops tf, Gradient gradient) {
        Operand<TFloat32> update = Sgd.decayed(tf, gradient, weightDecay);
        Operand<TFloat32> weightNorm = norm(tf, gradient.parameter().value());
        Operand<TFloat32> updateNorm = norm(tf, update);
        Operand<TFloat32> zero = tf.constant(0f);
        Operand<TBool> positive =
                tf.math.logicalAnd(tf.math.greater(weightNorm, zero), tf.math.greater(updateNorm, zero));
        Operand<TFloat32> wanted = tf.math.mul(weightNorm, tf.constant((float) trust));
        Operand<TFloat32> ratio = tf.select(positive, tf.math.divNoNan(wanted, updateNorm), tf.constant(1f));
        return tf.math.mul(update, ratio);
    }

    private static Operand<TFloat32> norm(Ops tf, Operand<TFloat32> x) {
        return tf.math.sqrt(tf.math.mul(tf.nn.l2Loss(x), tf.constant(2f)));
    }
}
