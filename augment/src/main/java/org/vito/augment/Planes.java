package org.vito.augment;

/**
 * A picture as three planes of numbers, one a colour, so that the loops over it are ones that the compiler turns into vector
 * instructions. Values of a view lie in 0 … 1.
 */
final class Planes {
    final int width;
    final int height;
    final float[] red;
    final float[] green;
    final float[] blue;

    Planes(int width, int height) {
        this.width = width;
        this.height = height;
        red = new float[width * height];
        green = new float[width * height];
        blue = new float[width * height];
    }

    /** The plane of one colour: 0 red, 1 green, 2 blue. */
    float[] plane(int colour) {
        return colour == 0 ? red : colour == 1 ? green : blue;
    }

    /**
     * Writes rows as bytes, {@code [height, width, 3]}: 255 times the value, rounded to nearest.
     *
     * @param grey whether red stands for all three colours
     * @param solarise whether values from 0.5 up are turned over first
     */
    void toBytes(boolean grey, boolean solarise, byte[] out) {
        if (solarise) {
            for (int colour = 0; colour < (grey ? 1 : 3); colour++) {
                solarise(plane(colour), width * height);
            }
        }
        interleave(red, grey ? red : green, grey ? red : blue, width * height, out);
    }

    private static void solarise(float[] values, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = 0.5f - Math.abs(values[i] - 0.5f);
        }
    }

    /** Adding 2^23 leaves a float no bits for fractions: the sum's low bits are the value rounded, without a conversion. */
    private static final float ROUND = 0x1p23f;

    private static void interleave(float[] r, float[] g, float[] b, int n, byte[] out) {
        for (int i = 0, o = 0; i < n; i++, o += 3) {
            out[o] = (byte) Float.floatToRawIntBits(r[i] * 255f + ROUND);
            out[o + 1] = (byte) Float.floatToRawIntBits(g[i] * 255f + ROUND);
            out[o + 2] = (byte) Float.floatToRawIntBits(b[i] * 255f + ROUND);
        }
    }
}
