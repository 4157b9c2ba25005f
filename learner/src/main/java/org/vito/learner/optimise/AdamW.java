package org.vito.learner.optimise;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;

/**
 * Adam with decoupled weight decay: Loshchilov, Hutter, "Decoupled weight decay regularization", arXiv 1711.05101, in the
 * order of operations of {@code torch.optim.AdamW}. In step t, counted from 1:
 *
 * <pre>
 *   w ← w − learningRate · weightDecay · w
 *   m ← beta1 · m + (1 − beta1) · g
 *   v ← beta2 · v + (1 − beta2) · g²
 *   w ← w − learningRate / (1 − beta1^t) · m / (√v / √(1 − beta2^t) + epsilon)
 * </pre>
 *
 * The last three are one operation of TensorFlow's, whose epsilon is added to √v: it is given epsilon · √(1 − beta2^t), and
 * a learning rate that holds both corrections. These are computed in 64 bits from the betas as 32 bits have them, so that
 * they cancel what the operation makes of m and v. The number of steps is part of the state, for each
 * parameter as in PyTorch.
 *
 * @param weightDecay share of the weights taken away in a step, before the learning rate
 * @param excluded parameters without weight decay
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of their squares
 * @param epsilon added to the root of the latter
 */
public record AdamW(double weightDecay, Exclusions excluded, double beta1, double beta2, double epsilon)
        implements Optimiser {
    private static final String STEPS_PREFIX = "steps.";
    private static final String MEAN_PREFIX = "mean.";
    private static final String SQUARE_PREFIX = "square.";

    @Override
    public List<Op> step(Ops tf, List<Gradient> gradients, Operand<TFloat32> learningRate, Variables state) {
        List<Op> steps = new ArrayList<>();
        for (Gradient gradient : gradients) {
            steps.add(step(tf, gradient, learningRate, state));
        }
        return steps;
    }

    private Op step(Ops tf, Gradient gradient, Operand<TFloat32> learningRate, Variables state) {
        Variable parameter = gradient.parameter();
        Variable count = state.declareZeros(STEPS_PREFIX + parameter.name());
        Operand<TFloat32> t = tf.math.add(count.value(), tf.constant(1f));
        List<Op> before = new ArrayList<>(List.of(tf.assignVariableOp(count.handle(), t)));
        if (weightDecay != 0 && !excluded.contains(parameter)) {
            Operand<TFloat32> share = tf.math.mul(learningRate, tf.constant((float) weightDecay));
            before.add(tf.withControlDependencies(gradient.value())
                    .train
                    .resourceApplyGradientDescent(parameter.handle(), share, parameter.value()));
        }
        Operand<TFloat64> ofMean = correction(tf, beta1, t);
        Operand<TFloat64> ofRoot = tf.math.sqrt(correction(tf, beta2, t));
        Operand<TFloat64> rate = tf.math.div(tf.math.mul(tf.dtypes.cast(learningRate, TFloat64.class), ofRoot), ofMean);
        Operand<TFloat32> corrected = tf.constant(0f);
        return tf.withControlDependencies(before)
                .train
                .resourceApplyAdam(
                        parameter.handle(),
                        state.declareZeros(MEAN_PREFIX + parameter.name(), parameter)
                                .handle(),
                        state.declareZeros(SQUARE_PREFIX + parameter.name(), parameter)
                                .handle(),
                        corrected,
                        corrected,
                        tf.dtypes.cast(rate, TFloat32.class),
                        tf.constant((float) beta1),
                        tf.constant((float) beta2),
                        tf.dtypes.cast(tf.math.mul(ofRoot, tf.constant(epsilon)), TFloat32.class),
                        gradient.value());
    }

    /** 1 − beta^t. */
    private static Operand<TFloat64> correction(Ops tf, double beta, Operand<TFloat32> t) {
        Operand<TFloat64> asUsed = tf.constant((double) (float) beta);
        return tf.math.sub(tf.constant(1.0), tf.math.pow(asUsed, tf.dtypes.cast(t, TFloat64.class)));
    }
}
