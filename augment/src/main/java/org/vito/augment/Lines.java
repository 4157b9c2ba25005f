package org.vito.augment;

/**
 * A square picture as lines of numbers in 0 … 1: each line holds its red, its green and its blue values, one colour after the
 * other. Whether lines are the picture's columns or its rows depends on who uses it: work along one direction goes fastest when
 * whole lines are added up, so the view's columns become lines first, and its rows later ({@link #turn}).
 */
final class Lines {
    /** Lines, and values of one colour in each. */
    final int size;

    /** From one colour to the next within a line: the size rounded up to whole vectors of the processor, and the rim. */
    final int stride;

    /** Where in a line its red begins. */
    final int first;

    /** {@code [size][first + 3 * stride]}. */
    final float[][] lines;

    Lines(int size) {
        this(size, padded(size), 0);
    }

    /**
     * Lines with room around each colour's values.
     *
     * @param length values of one colour, rounded up
     * @param rim values before, between and after the colours
     */
    Lines(int size, int length, int rim) {
        this.size = size;
        stride = length + rim;
        first = rim;
        lines = new float[size][rim + 3 * stride];
    }

    /** A length rounded up to whole vectors. */
    static int padded(int length) {
        return (length + 7) / 8 * 8;
    }

    /**
     * Changes lines and places: value {@code i} of line {@code l} goes to {@code out[i * stride + l]}.
     *
     * @param values how many of each line, from its beginning
     */
    void turn(int values, float[] out) {
        for (int line = 0; line < size; line += 8) {
            turn(lines, line, Math.min(8, size - line), values, out, line, stride);
        }
    }

    /**
     * Writes {@code count} arrays, 8 at most, across: value {@code i} of the array {@code from + j} goes to
     * {@code out[at + i * stride + j]}. What is there for the arrays that lack to 8 is overwritten.
     */
    static void turn(float[][] arrays, int from, int count, int values, float[] out, int at, int stride) {
        int last = from + count - 1;
        turn(
                arrays[from],
                arrays[Math.min(from + 1, last)],
                arrays[Math.min(from + 2, last)],
                arrays[Math.min(from + 3, last)],
                arrays[Math.min(from + 4, last)],
                arrays[Math.min(from + 5, last)],
                arrays[Math.min(from + 6, last)],
                arrays[Math.min(from + 7, last)],
                values,
                out,
                at,
                stride);
    }

    private static void turn(
            float[] a,
            float[] b,
            float[] c,
            float[] d,
            float[] e,
            float[] f,
            float[] g,
            float[] h,
            int values,
            float[] out,
            int at,
            int stride) {
        for (int i = 0; i < values; i++) {
            int o = at + i * stride;
            out[o] = a[i];
            out[o + 1] = b[i];
            out[o + 2] = c[i];
            out[o + 3] = d[i];
            out[o + 4] = e[i];
            out[o + 5] = f[i];
            out[o + 6] = g[i];
            out[o + 7] = h[i];
        }
    }
}
