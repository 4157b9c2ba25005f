package org.vito.learner;

import java.util.List;

/** Numbers that an encoder found of a batch of images. */
public final class Features {
    private final List<Integer> shape;
    private final float[] values;

    Features(List<Integer> shape, float[] values) {
        this.shape = List.copyOf(shape);
        this.values = values;
    }

    /** The batch first: {@code [batch, length]}, or {@code [batch, rows, columns]}, or with channels after them. */
    public List<Integer> shape() {
        return shape;
    }

    /** All of them, the last dimension running fastest: the array itself, no copy. */
    public float[] values() {
        return values;
    }
}
