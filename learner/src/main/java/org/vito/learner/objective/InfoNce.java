package org.vito.learner.objective;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.linalg.MatMul;
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
 * the same. Pairs i ≠ j are summed, clips averaged. Targets bear no gradient.
 *
 * @param temperature what products are divided by
 * @param negatives which target projections of other videos
 */
public record InfoNce(double temperature, Negatives negatives) {
    /** Subtracted from what is masked: far below every product over a temperature, and finite, so no gradient is NaN. */
    private static final double MASKED = 1e9;

    /** Which target projections of other videos tell a projection apart. */
    public enum Negatives {
        /** All views of them. */
        ALL,
        /** Only the view that the positive comes from. */
        SAME
    }

    /** Reads and checks {@code vito.learner.objective}. */
    public static InfoNce from(Settings learner) {
        Settings objective = learner.in("objective");
        return new InfoNce(objective.number("temperature", 1e-4, 1e4), objective.choice("negatives", Negatives.class));
    }

    /**
     * The loss of a batch, a scalar.
     *
     * @param online for each view {@code [batch, length]}, rows of unit length
     * @param target likewise
     * @param videoIds {@code [batch]}; equal where clips are of one video
     */
    public <T extends TFloating> Operand<T> loss(
            Ops tf, List<Operand<T>> online, List<Operand<T>> target, Operand<TInt32> videoIds) {
        List<Operand<T>> stopped =
                target.stream().<Operand<T>>map(z -> tf.stopGradient(z)).toList();
        List<Operand<T>> pairs = new ArrayList<>();
        for (int i = 0; i < online.size(); i++) {
            pairs.addAll(pairsOf(
                    tf,
                    i,
                    online.get(i),
                    stopped,
                    mask(tf, videoIds, online.get(i).type())));
        }
        return tf.math.mean(tf.math.addN(pairs), tf.constant(new int[] {0}));
    }

    /** L(i, j) of every clip {@code [batch]}, for each j ≠ i. */
    private <T extends TFloating> List<Operand<T>> pairsOf(
            Ops tf, int i, Operand<T> online, List<Operand<T>> target, Operand<T> mask) {
        Class<T> type = online.type();
        Operand<T> scale = tf.dtypes.cast(tf.constant(1 / temperature), type);
        Operand<T> scaled = tf.math.mul(online, scale);
        List<Operand<T>> masked = target.stream()
                .<Operand<T>>map(z -> tf.math.sub(tf.linalg.matMul(scaled, z, MatMul.transposeB(true)), mask))
                .toList();
        Operand<T> all = negatives == Negatives.ALL ? logSumExp(tf, tf.concat(masked, tf.constant(1))) : null;
        List<Operand<T>> pairs = new ArrayList<>();
        for (int j = 0; j < target.size(); j++) {
            if (j != i) {
                Operand<T> positive = tf.reduceSum(tf.math.mul(scaled, target.get(j)), tf.constant(1));
                Operand<T> negative = all != null ? all : logSumExp(tf, masked.get(j));
                pairs.add(tf.math.softplus(tf.math.sub(negative, positive)));
            }
        }
        return pairs;
    }

    /** {@code [batch, batch]}: {@link #MASKED} where two clips are of one video, else 0. */
    private static <T extends TFloating> Operand<T> mask(Ops tf, Operand<TInt32> videoIds, Class<T> type) {
        Operand<TInt32> column = tf.expandDims(videoIds, tf.constant(1));
        Operand<TInt32> row = tf.expandDims(videoIds, tf.constant(0));
        Operand<T> same = tf.dtypes.cast(tf.math.equal(column, row), type);
        return tf.math.mul(same, tf.dtypes.cast(tf.constant(MASKED), type));
    }

    private static <T extends TFloating> Operand<T> logSumExp(Ops tf, Operand<T> rows) {
        Operand<T> largest = tf.stopGradient(tf.reduceMax(rows, tf.constant(1), ReduceMax.keepDims(true)));
        Operand<T> sum = tf.reduceSum(tf.math.exp(tf.math.sub(rows, largest)), tf.constant(1));
        return tf.math.add(tf.math.log(sum), tf.squeeze(largest, Squeeze.axis(List.of(1L))));
    }
}
