package org.vito.augment;

import java.util.Arrays;

/**
 * BYOL's Gaussian blur: separable, radius {@code size / 10 / 2} rounded down, taps {@code exp(-x²/2σ²)} scaled to a sum of 1,
 * and zeros beyond the edges. Taps below a ten-thousandth of the middle one are left out: they sum to less than 2·10⁻⁴, so that
 * both passes together move a value by at most a tenth of a byte's step. Sideways, a row is added to shifted copies of itself:
 * copying, and adding rows that are indexed alike, is what HotSpot's code does fastest. Keeps its memory between calls; one
 * thread at a time.
 */
final class GaussianBlur {
    private static final double NEGLIGIBLE = 1e-4;

    private final int width;
    private final int height;
    private final int radius;
    private final float[] taps;
    private final float[] padded;
    private final float[] middle;
    private final float[][] shifted;
    private final float[][] ring;
    private final float[] zeros;
    private final float[] sum;

    GaussianBlur(int size) {
        width = size;
        height = size;
        radius = size / 10 / 2;
        taps = new float[radius + 1];
        int longest = 3 * width + 6 * radius;
        padded = new float[longest];
        middle = new float[longest];
        shifted = new float[4][longest];
        ring = new float[2 * radius + 1][longest];
        zeros = new float[longest];
        sum = new float[longest];
    }

    /** The taps from the middle outwards for a standard deviation in pixels; returns the radius of those worth using. */
    static int taps(double sigma, int radius, float[] taps) {
        double total = 1;
        for (int k = 1; k <= radius; k++) {
            total += 2 * StrictMath.exp(-0.5 * k * k / (sigma * sigma));
        }
        int used = 0;
        for (int k = 0; k <= radius; k++) {
            double relative = StrictMath.exp(-0.5 * k * k / (sigma * sigma));
            taps[k] = (float) (relative / total);
            if (relative >= NEGLIGIBLE) {
                used = k;
            }
        }
        return used;
    }

    /** Blurs the first {@code colours} planes in place. */
    void apply(Planes planes, int colours, double sigma) {
        int r = taps(sigma, radius, taps);
        if (r == 0) {
            return;
        }
        int n = colours * (width + r) + r; // the planes' rows side by side, zeros around each
        Arrays.fill(padded, 0);
        int slots = 2 * r + 1;
        for (int y = 0; y < height + r; y++) {
            if (y < height) {
                across(planes, colours, y, r, ring[y % slots], n);
            }
            if (y >= r) {
                down(y - r, r, slots, n);
                for (int colour = 0; colour < colours; colour++) {
                    System.arraycopy(sum, r + colour * (width + r), planes.plane(colour), (y - r) * width, width);
                }
            }
        }
    }

    private void across(Planes planes, int colours, int y, int r, float[] out, int n) {
        for (int colour = 0; colour < colours; colour++) {
            System.arraycopy(planes.plane(colour), y * width, padded, 2 * r + colour * (width + r), width);
        }
        System.arraycopy(padded, r, middle, 0, n);
        int k = 1;
        if (r == 1) {
            Rows.scale(out, middle, taps[0], n);
        }
        for (; k < r; k += 2) {
            shift(k, r, 0, n);
            shift(k + 1, r, 2, n);
            pairs(out, middle, shifted[0], shifted[1], shifted[2], shifted[3], k, n);
        }
        if (k == r) {
            shift(k, r, 0, n);
            Rows.addPair(out, shifted[0], shifted[1], taps[k], n);
        }
    }

    private void shift(int by, int r, int slot, int n) {
        System.arraycopy(padded, r - by, shifted[slot], 0, n);
        System.arraycopy(padded, r + by, shifted[slot + 1], 0, n);
    }

    private void down(int y, int r, int slots, int n) {
        float[] own = ring[y % slots];
        int k = 1;
        if (r == 1) {
            Rows.scale(sum, own, taps[0], n);
        }
        for (; k < r; k += 2) {
            float[] above = row(y - k, slots);
            float[] below = row(y + k, slots);
            pairs(sum, own, above, below, row(y - k - 1, slots), row(y + k + 1, slots), k, n);
        }
        if (k == r) {
            Rows.addPair(sum, row(y - k, slots), row(y + k, slots), taps[k], n);
        }
    }

    /** Weighs rows {@code k} and {@code k + 1} to both sides; the first such step begins with the row in the middle. */
    private void pairs(float[] out, float[] own, float[] a, float[] b, float[] c, float[] d, int k, int n) {
        if (k == 1) {
            Rows.middleAndPairs(out, own, a, b, c, d, taps[0], taps[1], taps[2], n);
        } else {
            Rows.addPairs(out, a, b, c, d, taps[k], taps[k + 1], n);
        }
    }

    private float[] row(int y, int slots) {
        return y < 0 || y >= height ? zeros : ring[y % slots];
    }
}
