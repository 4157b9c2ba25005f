package org.vito.learner.network;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** A function of single activations. */
public enum Activation {
    /** {@code max(x, 0)}. */
    RELU {
        @Override
        <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x) {
            return tf.nn.relu(x);
        }
    },
    /** {@code x Φ(x)}, Φ being the normal distribution: the exact one, not its approximation by tanh. */
    GELU {
        @Override
        <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x) {
            return Wide.compute(tf, x, Activation::gelu);
        }
    },
    /** The hyperbolic tangent. */
    TANH {
        @Override
        <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x) {
            return tf.math.tanh(x);
        }
    };

    abstract <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x);

    private static <S extends TFloating> Operand<S> gelu(Ops tf, Operand<S> x) {
        Operand<S> half = Wide.cast(tf, tf.constant(0.5), x.type());
        Operand<S> one = Wide.cast(tf, tf.constant(1.0), x.type());
        Operand<S> scale = Wide.cast(tf, tf.constant(Math.sqrt(0.5)), x.type());
        Operand<S> twice = tf.math.add(tf.math.erf(tf.math.mul(x, scale)), one);
        return tf.math.mul(tf.math.mul(x, half), twice);
    }
}
