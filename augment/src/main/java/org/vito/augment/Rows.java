package org.vito.augment;

/**
 * Arithmetic on whole rows of numbers.
 *
 * <p>Each loop reads and writes arrays that are all indexed alike and does nothing else: in that form HotSpot's compiler makes
 * vector instructions of it. For the same reason the least and greatest of two values are written with absolute values, which
 * are one instruction, where {@link Math#min(float, float)} takes six for the sake of NaN and negative zero.
 */
final class Rows {
    private Rows() {}

    /** The value cut to 0 … 1; exact up to rounding. */
    static float clip(float x) {
        return 0.5f * (Math.abs(x) - Math.abs(x - 1) + 1);
    }

    static void clip(float[] row, int n) {
        for (int i = 0; i < n; i++) {
            row[i] = clip(row[i]);
        }
    }

    /** A weighted sum of four rows. */
    static void mix(
            float[] out, float[] a, float[] b, float[] c, float[] d, float wa, float wb, float wc, float wd, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i];
        }
    }

    /** The same, cut to 0 … 1. */
    static void mixAndClip(
            float[] out, float[] a, float[] b, float[] c, float[] d, float wa, float wb, float wc, float wd, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = clip(wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i]);
        }
    }

    static void scale(float[] out, float[] a, float weight, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = weight * a[i];
        }
    }

    static void add(float[] out, float[] a, float weight, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += weight * a[i];
        }
    }

    /** A row and a pair of rows, each with one weight. */
    static void middleAndPair(float[] out, float[] middle, float[] a, float[] b, float w, float wab, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = w * middle[i] + wab * (a[i] + b[i]);
        }
    }

    /** A row and two pairs of rows, each with one weight. */
    static void middleAndPairs(
            float[] out,
            float[] middle,
            float[] a,
            float[] b,
            float[] c,
            float[] d,
            float w,
            float wab,
            float wcd,
            int n) {
        for (int i = 0; i < n; i++) {
            out[i] = w * middle[i] + wab * (a[i] + b[i]) + wcd * (c[i] + d[i]);
        }
    }

    /** Adds two pairs of rows, each pair with one weight. */
    static void addPairs(float[] out, float[] a, float[] b, float[] c, float[] d, float wab, float wcd, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += wab * (a[i] + b[i]) + wcd * (c[i] + d[i]);
        }
    }

    static void addPair(float[] out, float[] a, float[] b, float weight, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += weight * (a[i] + b[i]);
        }
    }
}
