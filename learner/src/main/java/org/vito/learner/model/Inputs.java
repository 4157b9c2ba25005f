package org.vito.learner.model;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.vito.learner.network.Pixels;

/**
 * What a training graph is fed with.
 *
 * @param bytes {@code [views, clips, size, size, 3]}, all clips of this process
 * @param part number of the micro-batch that a run works on, a scalar; not fed where the batch is one
 * @param images {@code [views, micro-batch, size, size, 3]}: the part's images, normalised
 * @param seed {@code [2]}: decides what drop path skips
 * @param videoIds {@code [all clips]}: of the whole batch, of which {@code bytes} may be a part
 * @param learningRate a scalar
 * @param emaDecay τ of the moving average, a scalar
 */
record Inputs(
        Placeholder<TUint8> bytes,
        Placeholder<TInt32> part,
        Operand<TFloat32> images,
        Placeholder<TInt64> seed,
        Placeholder<TInt32> videoIds,
        Placeholder<TFloat32> learningRate,
        Placeholder<TFloat32> emaDecay) {

    static Inputs declare(Ops tf, ModelSettings settings, int allClips) {
        Shape scalar = Shape.scalar();
        Placeholder<TUint8> bytes = tf.placeholder(
                TUint8.class,
                Placeholder.shape(Shape.of(
                        settings.views(), settings.clips(), settings.size(), settings.size(), Pixels.COLOURS)));
        Placeholder<TInt32> part = tf.placeholder(TInt32.class, Placeholder.shape(scalar));
        return new Inputs(
                bytes,
                part,
                Pixels.normalise(tf, settings.parts() == 1 ? bytes : slice(tf, bytes, part, settings)),
                tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2))),
                tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(allClips))),
                tf.placeholder(TFloat32.class, Placeholder.shape(scalar)),
                tf.placeholder(TFloat32.class, Placeholder.shape(scalar)));
    }

    /** A micro-batch, cut out in the computer's memory, so that a device receives no more than that. */
    private static Operand<TUint8> slice(
            Ops anywhere, Operand<TUint8> bytes, Operand<TInt32> part, ModelSettings settings) {
        Ops tf = anywhere.withDevice(Sessions.CPU);
        Operand<TInt32> zero = tf.constant(0);
        Operand<TInt32> first = tf.math.mul(part, tf.constant(settings.microBatch()));
        int[] shape = {settings.views(), settings.microBatch(), settings.size(), settings.size(), Pixels.COLOURS};
        return tf.slice(bytes, tf.stack(List.of(zero, first, zero, zero, zero)), tf.constant(shape));
    }
}
