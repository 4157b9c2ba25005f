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

    /** Turns values from 0.5 up over, x becoming 1 - x, in the first {@code colours} planes. */
    void solarise(int colours) {
        for (int colour = 0; colour < colours; colour++) {
            solarise(plane(colour), width * height);
        }
    }

    private static void solarise(float[] values, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = 0.5f - Math.abs(values[i] - 0.5f);
        }
    }
}
