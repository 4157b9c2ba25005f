package org.vito.learner.network;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** What a network computes in at least 32 bits, whatever its precision. */
final class Wide {
    private Wide() {}

    /** A computation for numbers of any type. */
    interface Computation {
        <S extends TFloating> Operand<S> of(Ops tf, Operand<S> x);
    }

    /** The computation's result on {@code x} in at least 32 bits, in the type of {@code x}. */
    static <T extends TFloating> Operand<T> compute(Ops tf, Operand<T> x, Computation computation) {
        if (x.type() == TFloat16.class || x.type() == TBfloat16.class) {
            return cast(tf, computation.of(tf, cast(tf, x, TFloat32.class)), x.type());
        }
        return computation.of(tf, x);
    }

    /** {@code x} in another type; no node where it is of that type already. */
    static <T extends TFloating> Operand<T> cast(Ops tf, Operand<? extends TFloating> x, Class<T> type) {
        return x.type() == type ? x.asOutput().expect(type) : tf.dtypes.cast(x, type);
    }
}
