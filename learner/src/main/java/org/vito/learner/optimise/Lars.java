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
import org.vito.protocol.Settings;

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
 * The learning rate is thus no part of {@code m}, and the momentum is not Nesterov's. Biases and the parameters of batch
 * normalisation have neither decay nor trust ratio: u = g, r = 1.
 *
 * @param weightDecay share of the weights added to their gradients
 * @param trust wanted ratio of an update's norm to that of the weights
 * @param momentum share of the step before in this one
 */
public record Lars(double weightDecay, double trust, double momentum) implements Optimiser {
    private static final String MOMENTUM_PREFIX = "momentum.";

    /** Reads and checks {@code vito.learner.optimiser}. */
    public static Lars from(Settings learner) {
        Settings optimiser = learner.in("optimiser");
        return new Lars(
                optimiser.number("weight-decay", 0, 1),
                optimiser.number("trust", 0, 1),
                optimiser.number("momentum", 0, 1));
    }

    @Override
    public List<Op> step(Ops tf, List<Gradient> gradients, Operand<TFloat32> learningRate, Variables state) {
        Operand<TFloat32> share = tf.constant((float) momentum);
        List<Op> steps = new ArrayList<>();
        for (Gradient gradient : gradients) {
            Variable parameter = gradient.parameter();
            Variable velocity = state.declareZeros(MOMENTUM_PREFIX + parameter.name(), parameter);
            Operand<TFloat32> update =
                    parameter.isVector() ? gradient.value() : scaled(tf, parameter.value(), gradient.value());
            steps.add(
                    tf.train.resourceApplyMomentum(parameter.handle(), velocity.handle(), learningRate, update, share));
        }
        return steps;
    }

    private Operand<TFloat32> scaled(Ops tf, Operand<TFloat32> weight, Operand<TFloat32> gradient) {
        Operand<TFloat32> update = gradient;
        if (weightDecay != 0) {
            update = tf.math.add(gradient, tf.math.mul(weight, tf.constant((float) weightDecay)));
        }
        Operand<TFloat32> weightNorm = norm(tf, weight);
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
