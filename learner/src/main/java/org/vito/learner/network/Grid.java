package org.vito.learner.network;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/** Arithmetic on the rows and columns, {@code [2]}, of images and feature maps {@code [batch, rows, columns, channels]}. */
final class Grid {
    private Grid() {}

    /** Rows and columns of {@code x}. */
    static Operand<TInt32> of(Ops tf, Operand<? extends TFloating> x) {
        return tf.slice(tf.shape(x), tf.constant(new int[] {1}), tf.constant(new int[] {2}));
    }

    /** {@code size} divided by {@code by}, rounded up. */
    static Operand<TInt32> parts(Ops tf, Operand<TInt32> size, int by) {
        return tf.math.floorDiv(tf.math.add(size, tf.constant(by - 1)), tf.constant(by));
    }

    /** {@code x} with as many rows of zeros below, and columns to the right, as {@code more} says. */
    static <T extends TFloating> Operand<T> fill(Ops tf, Operand<T> x, Operand<TInt32> more) {
        Operand<TInt32> after =
                tf.concat(List.of(tf.constant(new int[] {0}), more, tf.constant(new int[] {0})), tf.constant(0));
        Operand<TInt32> paddings = tf.stack(List.of(tf.constant(new int[4]), after), Stack.axis(1L));
        return tf.pad(x, paddings, Wide.cast(tf, tf.constant(0f), x.type()));
    }

    /** {@code x} filled up so that {@code by} divides its rows and columns. */
    static <T extends TFloating> Operand<T> fillToMultiple(Ops tf, Operand<T> x, int by) {
        Operand<TInt32> size = of(tf, x);
        return fill(tf, x, tf.math.sub(tf.math.mul(parts(tf, size, by), tf.constant(by)), size));
    }
}
