package org.vito.augment;

/**
 * Which pixels of a line make each pixel of a resized line, and with what weights.
 *
 * <p>The kernel is Keys' cubic with a = -1/2 (R. Keys, "Cubic convolution interpolation for digital image processing", 1981)
 * at half-pixel centres, as TensorFlow's {@code tf.image.resize} and Pillow have it. Pixels beyond the line's ends weigh
 * nothing and the weights are scaled to a sum of 1. Antialiased, a kernel that shrinks is widened by the factor of shrinking;
 * otherwise it spans four pixels whatever the factor, as in TensorFlow by default and so in BYOL.
 */
final class BicubicTaps {
    private int[] first = new int[0];
    private float[] weights = new float[0];
    private double[] exact = new double[4];
    private int count;

    /**
     * Computes the taps anew, in memory that is kept from one call to the next.
     *
     * @param in pixels of the line
     * @param out pixels of the resized line
     * @param from first pixel of the resized line that is wanted
     * @param take how many are wanted
     * @param mirrored whether those wanted run backwards
     * @param unit what the weights of one resized pixel sum to
     */
    void prepare(int in, int out, int from, int take, boolean antialias, boolean mirrored, double unit) {
        double scale = (double) in / out;
        double widening = antialias ? Math.max(1, scale) : 1;
        count = Math.min(in, 2 * (int) Math.ceil(2 * widening) + (antialias && widening > 1 ? 1 : 0));
        if (exact.length < count) {
            exact = new double[count];
        }
        if (first.length < take) {
            first = new int[take];
        }
        if (weights.length < take * count) {
            weights = new float[take * count];
        }
        for (int i = 0; i < take; i++) {
            double centre = (from + i + 0.5) * scale - 0.5;
            int lowest = (int) Math.ceil(centre - 2 * widening);
            int start = Math.max(0, Math.min(lowest, in - count));
            int at = mirrored ? take - 1 - i : i;
            first[at] = start;
            weigh(at * count, start - centre, widening, unit);
        }
    }

    private void weigh(int at, double distance, double widening, double unit) {
        double sum = 0;
        for (int k = 0; k < count; k++) {
            exact[k] = keys((distance + k) / widening);
            sum += exact[k];
        }
        double share = unit / sum;
        for (int k = 0; k < count; k++) {
            weights[at + k] = (float) (exact[k] * share);
        }
    }

    private static double keys(double signed) {
        double x = Math.abs(signed);
        if (x < 1) {
            return (1.5 * x - 2.5) * x * x + 1;
        }
        return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    }

    /** Taps of every resized pixel. */
    int count() {
        return count;
    }

    /** For each pixel wanted the first pixel that has a part in it. */
    int[] first() {
        return first;
    }

    /** {@code [take, count]}: the part that each pixel has. */
    float[] weights() {
        return weights;
    }
}
