package org.vito.learner.network;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** What networks see of RGB bytes: scaled to [0, 1], less the mean of ImageNet's colours, by their deviation. */
public final class Pixels {
    /** Numbers of a pixel. */
    public static final int COLOURS = 3;

    private static final float LARGEST = 255;
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

    private Pixels() {}

    /** {@code [views, batch, height, width, 3]} as {@code [views × batch, height, width, 3]}. */
    static <T extends TType> Operand<T> rows(Ops tf, Operand<T> views) {
        Operand<TInt32> sides = tf.stridedSlice(tf.shape(views), Indices.sliceFrom(2));
        return tf.reshape(views, tf.concat(List.of(tf.constant(new int[] {-1}), sides), tf.constant(0)));
    }

    /**
     * Normalises images of any size.
     *
     * @param bytes {@code [..., width, 3]}
     * @return of the same shape
     */
    public static Operand<TFloat32> normalise(Ops tf, Operand<TUint8> bytes) {
        float[] scale = new float[MEAN.length];
        float[] shift = new float[MEAN.length];
        for (int c = 0; c < MEAN.length; c++) {
            scale[c] = 1 / (LARGEST * DEVIATION[c]);
            shift[c] = -MEAN[c] / DEVIATION[c];
        }
        // Whole rows at once: broadcasting over a last dimension of 3 would be many times slower.
        Operand<TInt32> shape = tf.shape(bytes);
        Operand<TInt32> width = tf.stridedSlice(shape, Indices.slice(-2, -1));
        Operand<TInt32> rows = tf.concat(
                List.of(tf.constant(new int[] {-1}), tf.math.mul(width, tf.constant(new int[] {MEAN.length}))),
                tf.constant(0));
        Operand<TFloat32> x = tf.reshape(tf.dtypes.cast(bytes, TFloat32.class), rows);
        Operand<TFloat32> scaled = tf.math.mul(x, tf.tile(tf.constant(scale), width));
        return tf.reshape(tf.math.add(scaled, tf.tile(tf.constant(shift), width)), shape);
    }
}
