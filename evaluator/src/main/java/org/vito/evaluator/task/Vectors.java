package org.vito.evaluator.task;

import java.util.Arrays;
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

    /** The first {@code count} rows turned into columns, {@code [dimension * count]}, the row running fastest. */
    static float[] transposed(float[][] rows, int count) {
        int dimension = rows[0].length;
        float[] columns = new float[Math.multiplyExact(dimension, count)];
        for (int b = 0; b < count; b++) {
            for (int d = 0; d < dimension; d++) {
                columns[d * count + b] = rows[b][d];
            }
        }
        return columns;
    }

    /** {@code weights · columns + bias}, {@code [weights.length][count]}, of {@code count} columns as {@link #transposed} makes them. */
    static float[][] affine(float[][] weights, float[] bias, float[] columns, int count) {
        float[][] out = new float[weights.length][count];
        for (int c = 0; c < out.length; c++) {
            Arrays.fill(out[c], bias[c]);
            for (int d = 0; d < weights[c].length; d++) {
                addScaled(out[c], weights[c][d], columns, d * count, count);
            }
        }
        return out;
    }

    static double product(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
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
