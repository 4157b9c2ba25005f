package org.vito.learner.network;

import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The numbers in which a network computes in training. Weights, the statistics of normalisations, the softmax of attentions
 * and projections are 32-bit numbers in all of them (Micikevicius et al., "Mixed precision training", ICLR 2018).
 */
public enum Precision {
    /** 32 bits throughout. */
    FLOAT32(TFloat32.class),
    /** 16 bits of the range of FLOAT32. */
    BFLOAT16(TBfloat16.class),
    /** 16 bits of more precision and less range, to which small gradients are lost unless the loss is scaled. */
    FLOAT16(TFloat16.class);

    private final Class<? extends TFloating> type;

    Precision(Class<? extends TFloating> type) {
        this.type = type;
    }

    /** Type of the activations. */
    public Class<? extends TFloating> type() {
        return type;
    }
}
