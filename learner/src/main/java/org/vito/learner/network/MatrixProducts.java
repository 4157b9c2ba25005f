package org.vito.learner.network;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Products of many matrices at once; in 32 bits for 16-bit numbers of type half, for which processors have no kernel. */
final class MatrixProducts {
    private MatrixProducts() {}

    /**
     * {@code x · y}, or {@code x · yᵀ}, of the last two dimensions.
     *
     * @param x {@code [..., rows, inner]}
     * @param y {@code [..., inner, columns]}, or {@code [..., columns, inner]} if it is to be transposed
     */
    static <T extends TFloating> Operand<T> of(Ops tf, Operand<T> x, Operand<T> y, boolean transposeSecond) {
        BatchMatMul.Options options = BatchMatMul.adjY(transposeSecond);
        if (x.type() == TFloat16.class) {
            Operand<TFloat32> wide = tf.train.batchMatMul(
                    Wide.cast(tf, x, TFloat32.class), Wide.cast(tf, y, TFloat32.class), TFloat32.class, options);
            return Wide.cast(tf, wide, x.type());
        }
        return tf.train.batchMatMul(x, y, x.type(), options);
    }
}
