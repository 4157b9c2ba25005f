package org.vito.augment;

/**
 * BYOL's Gaussian blur: separable, radius {@code size / 10 / 2} rounded down, taps {@code exp(-x²/2σ²)} scaled to a sum of 1,
 * and zeros beyond the edges. This is one direction of it: lines are mixed with their neighbours. Taps of less
 * than 2⁻¹⁶ of the middle one are left out: all of them together are less than 1/100 of the step from one byte to the next. One
 * thread at a time.
 */
final class GaussianBlur {
    private static final double NOTHING = 1.0 / (1 << 16);

    private final int radius;
    private final float[] taps;
    private final float[] zeros;

    /** @param size side of the views, pixels */
    GaussianBlur(int size) {
        this(size, Lines.padded(size));
    }

    /** @param length values of one colour in a line, rounded up */
    GaussianBlur(int size, int length) {
        radius = radius(size);
        taps = new float[radius + 1];
        zeros = new float[3 * length];
    }

    /** The greatest radius, pixels. */
    static int radius(int size) {
        return size / 10 / 2;
    }

    /** From the middle outwards, as computed last. */
    float[] taps() {
        return taps;
    }

    /**
     * Computes the taps for a standard deviation in pixels.
     *
     * @return the radius within which taps are not nothing; 0 if the blur changes nothing
     */
    int prepare(double sigma) {
        return taps(sigma, radius, taps);
    }

    /** The taps from the middle outwards; returns the radius of those that are not nothing. */
    static int taps(double sigma, int radius, float[] taps) {
        double total = 1;
        for (int k = 1; k <= radius; k++) {
            total += 2 * StrictMath.exp(-0.5 * k * k / (sigma * sigma));
        }
        int used = 0;
        for (int k = 0; k <= radius; k++) {
            double relative = StrictMath.exp(-0.5 * k * k / (sigma * sigma));
            taps[k] = (float) (relative / total);
            if (relative >= NOTHING) {
                used = k;
            }
        }
        return used;
    }

    /**
     * Mixes the first {@code n} values of the lines around line {@code at} into {@code out}.
     *
     * @param r what {@link #prepare} has returned, at least 1
     */
    void mix(Lines in, int at, int r, int n, float[] out) {
        float[] own = in.lines[at];
        if (r == 1) {
            Rows.middleAndPair(out, own, line(in, at - 1), line(in, at + 1), taps[0], taps[1], n);
            return;
        }
        for (int k = 1; k <= r; k += 2) {
            float[] a = line(in, at - k);
            float[] b = line(in, at + k);
            float[] c = line(in, at - k - 1);
            float[] d = line(in, at + k + 1);
            if (k == 1) {
                Rows.middleAndPairs(out, own, a, b, c, d, taps[0], taps[1], taps[2], n);
            } else if (k < r) {
                Rows.addPairs(out, a, b, c, d, taps[k], taps[k + 1], n);
            } else {
                Rows.addPair(out, a, b, taps[k], n);
            }
        }
    }

    private float[] line(Lines in, int at) {
        return at < 0 || at >= in.size ? zeros : in.lines[at];
    }
}
