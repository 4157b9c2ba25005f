package org.vito.evaluator.task;

import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Loops over float arrays, written so that the JIT compiles them to vector instructions. */
final class Vectors {
    private Vectors() {}

    /** {@code to[i] += factor * from[fromAt + i]} for i in 0 … count-1. */
    static void addScaled(float[] to, float factor, float[] from, int fromAt, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += factor * from[fromAt + i];
        }
    }

    static double squaredNorm(float[] v) {
        double sum = 0;
        for (float x : v) {
            sum += (double) x * x;
        }
        return sum;
    }

    /** Checks every value. @throws VitoException NOT_FINITE naming the row of {@code part} that has a value that is no finite number */
    static void requireFinite(float[][] features, String part) {
        for (int i = 0; i < features.length; i++) {
            if (!Double.isFinite(squaredNorm(features[i]))) {
                throw new VitoException(
                        Reason.NOT_FINITE,
                        "the feature of %s image %d is not finite; the network's weights are beyond use"
                                .formatted(part, i));
            }
        }
    }
}
