package org.vito.learner.network;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Attention pooling: the mean of a feature map's positions, weighted by how much a small network thinks each matters
 * (VITO, arXiv 2210.06433, equation 2): {@code m = softmax over positions of fc2(activation(fc1(h)))}, {@code pooled = Σ m h}.
 *
 * @param <T> floating-point type
 * @param fc1Weight {@code [hidden, channels]}
 * @param fc1Bias {@code [hidden]}
 * @param activation of the hidden units
 * @param fc2Weight {@code [1, hidden]}
 * @param fc2Bias {@code [1]}; shifts all logits alike, so that nothing depends on it
 */
record AttentionPool<T extends TFloating>(
        Operand<T> fc1Weight, Operand<T> fc1Bias, Activation activation, Operand<T> fc2Weight, Operand<T> fc2Bias) {

    /**
     * Weights and weighted mean.
     *
     * @param weights {@code [batch, 1, positions]}, sums of 1
     * @param mean {@code [batch, channels]}
     */
    record Pooled<T extends TFloating>(Operand<T> weights, Operand<T> mean) {}

    /** Declares the variables of an attention over {@code channels} channels. */
    static <T extends TFloating> AttentionPool<T> declare(
            Layers<T> layers, String name, long channels, long hidden, Activation activation) {
        return new AttentionPool<>(
                layers.parameter(name + ".fc1.weight", Variable.Kind.WEIGHT, hidden, channels),
                layers.parameter(name + ".fc1.bias", Variable.Kind.ZEROS, hidden),
                activation,
                layers.parameter(name + ".fc2.weight", Variable.Kind.WEIGHT, 1L, hidden),
                layers.parameter(name + ".fc2.bias", Variable.Kind.ZEROS, 1L));
    }

    /** Pools {@code h}, {@code [batch, height, width, channels]}. */
    Pooled<T> pool(Ops tf, Operand<T> h, long channels) {
        Operand<T> rows = tf.reshape(h, tf.constant(new long[] {-1, channels}));
        Operand<T> hidden = activation.apply(
                tf, tf.nn.biasAdd(tf.linalg.matMul(rows, fc1Weight, MatMul.transposeB(true)), fc1Bias));
        Operand<T> logits = tf.nn.biasAdd(tf.linalg.matMul(hidden, fc2Weight, MatMul.transposeB(true)), fc2Bias);
        return weighted(tf, h, logits, channels);
    }

    /** Pools {@code h} by logits of as many elements as it has positions. */
    static <T extends TFloating> Pooled<T> weighted(Ops tf, Operand<T> h, Operand<T> logits, long channels) {
        Operand<TInt32> batch = tf.slice(tf.shape(h), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
        Operand<TInt32> perImage = tf.concat(List.of(batch, tf.constant(new int[] {-1})), tf.constant(0));
        Operand<T> weights =
                tf.expandDims(Wide.compute(tf, tf.reshape(logits, perImage), AttentionPool::softmax), tf.constant(1));
        Operand<TInt32> byPosition =
                tf.concat(List.of(batch, tf.constant(new int[] {-1, (int) channels})), tf.constant(0));
        Operand<T> positions = tf.reshape(h, byPosition);
        Operand<T> mean = tf.squeeze(MatrixProducts.of(tf, weights, positions, false), Squeeze.axis(List.of(1L)));
        return new Pooled<>(weights, mean);
    }

    /** The softmax over the last dimension. */
    static <S extends TFloating> Operand<S> softmax(Ops tf, Operand<S> logits) {
        return tf.nn.softmax(logits);
    }
}
