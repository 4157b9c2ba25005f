package org.vito.learner.objective;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.vito.protocol.Settings;

/**
 * The contrastive loss of VITO (arXiv 2210.06433, equation 3): every online projection is to be told from others by the
 * target projections of other views of its clip.
 *
 * <p>With {@code p} the product of online projection of view i and target projection of view j of one clip, divided by the
 * temperature, and {@code s} its products with the negatives, {@code L(i,j) = −log(e^p / (e^p + Σ e^s))}. Frames of the same
 * video, this clip or another, are never negatives. With {@code n = log Σ e^s} this is {@code softplus(n − p)}, which
 * neither overflows nor loses the small losses, and {@code n} serves all pairs of one online view where the negatives are
 * the same. Pairs i ≠ j are reduced, clips averaged. Targets bear no gradient.
 *
 * <p>Equation 3 to the letter, with plain products, is {@code normalise = false} and a temperature of 1. The defaults are
 * DetCon's (detcon, {@code utils/losses.py}), from which the paper takes its objective.
 *
 * @param temperature what products are divided by
 * @param normalise whether projections are divided by their lengths first
 * @param negatives which target projections of other videos
 * @param reduction of the pairs of views
 */
public record InfoNce(double temperature, boolean normalise, Negatives negatives, Reduction reduction) {
    /** What a masked product counts as: its exponential is 0, and yet it is finite, so that no gradient is NaN. */
    private static final double MASKED = -1e30;

    /** Least squared length that a projection is divided by. */
    private static final double LEAST_SQUARE = 1e-12;

    /** Which target projections of other videos tell a projection apart. */
    public enum Negatives {
        /** All views of them. */
        ALL,
        /** Only the view that the positive comes from. */
        SAME
    }

    /** What is made of the losses of a clip's ordered pairs of views. */
    public enum Reduction {
        /** Their sum. */
        SUM,
        /** Their mean. */
        MEAN
    }

    /** Reads and checks {@code vito.learner.objective}. */
    public static InfoNce from(Settings learner) {
        Settings objective = learner.in("objective");
        return new InfoNce(
                objective.number("temperature", 1e-4, 1e4),
                objective.flag("normalise"),
                objective.choice("negatives", Negatives.class),
                objective.choice("pairs", Reduction.class));
    }

    /**
     * The loss of a batch, a scalar.
     *
     * @param precision in which it is computed, whatever the projections are in
     * @param online for each view {@code [batch, length]}
     * @param target likewise
     * @param videoIds {@code [batch]}; equal where clips are of one video
     */
    public <T extends TFloating> Operand<T> loss(
            Ops tf,
            Class<T> precision,
            List<? extends Operand<? extends TFloating>> online,
            List<? extends Operand<? extends TFloating>> target,
            Operand<TInt32> videoIds) {
        List<Operand<T>> stopped = target.stream()
                .<Operand<T>>map(z -> tf.stopGradient(prepared(tf, precision, z)))
                .toList();
        Operand<TBool> sameVideo =
                tf.math.equal(tf.expandDims(videoIds, tf.constant(1)), tf.expandDims(videoIds, tf.constant(0)));
        List<Operand<T>> pairs = new ArrayList<>();
        for (int i = 0; i < online.size(); i++) {
            pairs.addAll(pairsOf(tf, i, prepared(tf, precision, online.get(i)), stopped, sameVideo));
        }
        Operand<T> sum = tf.math.addN(pairs);
        Operand<T> reduced = reduction == Reduction.SUM
                ? sum
                : tf.math.mul(sum, tf.dtypes.cast(tf.constant(1.0 / pairs.size()), precision));
        return tf.math.mean(reduced, tf.constant(new int[] {0}));
    }

    private <T extends TFloating> Operand<T> prepared(Ops tf, Class<T> precision, Operand<? extends TFloating> z) {
        Operand<T> rows = tf.dtypes.cast(z, precision);
        if (!normalise) {
            return rows;
        }
        Operand<T> squares = tf.reduceSum(tf.math.square(rows), tf.constant(1), ReduceSum.keepDims(true));
        Operand<T> least = tf.dtypes.cast(tf.constant(LEAST_SQUARE), precision);
        return tf.math.mul(rows, tf.math.rsqrt(tf.math.maximum(squares, least)));
    }

    /** L(i, j) of every clip {@code [batch]}, for each j ≠ i. */
    private <T extends TFloating> List<Operand<T>> pairsOf(
            Ops tf, int i, Operand<T> online, List<Operand<T>> target, Operand<TBool> sameVideo) {
        Class<T> type = online.type();
        Operand<T> scaled = tf.math.mul(online, tf.dtypes.cast(tf.constant(1 / temperature), type));
        Operand<T> masked = tf.dtypes.cast(tf.constant(MASKED), type);
        List<Operand<T>> products = target.stream()
                .<Operand<T>>map(
                        z -> tf.select(sameVideo, masked, tf.linalg.matMul(scaled, z, MatMul.transposeB(true))))
                .toList();
        Operand<T> all = negatives == Negatives.ALL ? logSumExp(tf, tf.concat(products, tf.constant(1))) : null;
        List<Operand<T>> pairs = new ArrayList<>();
        for (int j = 0; j < target.size(); j++) {
            if (j != i) {
                Operand<T> positive = tf.reduceSum(tf.math.mul(scaled, target.get(j)), tf.constant(1));
                Operand<T> negative = all != null ? all : logSumExp(tf, products.get(j));
                pairs.add(tf.math.softplus(tf.math.sub(negative, positive)));
            }
        }
        return pairs;
    }

    private static <T extends TFloating> Operand<T> logSumExp(Ops tf, Operand<T> rows) {
        Operand<T> largest = tf.stopGradient(tf.reduceMax(rows, tf.constant(1), ReduceMax.keepDims(true)));
        Operand<T> sum = tf.reduceSum(tf.math.exp(tf.math.sub(rows, largest)), tf.constant(1));
        return tf.math.add(tf.math.log(sum), tf.squeeze(largest, Squeeze.axis(List.of(1L))));
    }
}
