package org.vito.augment;

/**
 * Arithmetic on rows of a picture by vector instructions. Rows hold numbers, those of each colour one after the other; {@code n}
 * numbers are worked on from the index given, and up to {@link #lanes} - 1 beyond them are read and may be overwritten. Each result is
 * computed by the same operations in the same order as in {@link Rows}, {@link StripColours} and {@link GaussianBlur}.
 */
interface RowKernels {
    /** Numbers that one instruction works on. */
    int lanes();

    /** Mixes the unsigned bytes from indices {@code a} to {@code d} on, with a weight each. */
    void mixDown(byte[] in, int a, int b, int c, int d, float wa, float wb, float wc, float wd, float[] out, int n);

    /**
     * Takes {@code n} pixels of {@code [red, green, blue]} apart.
     *
     * @param stride from one colour to the next in {@code out}
     */
    void takeApart(float[] in, float[] out, int stride, int n);

    /**
     * Mixes each number of four neighbours, and cuts it to 0 … 1: of {@code lanes} numbers from index {@code taps.at[b]} on for each
     * block {@code b}, in their order.
     *
     * @param in {@code rows} rows at least
     * @param stride from one colour to the next in {@code in}
     * @param line takes the first row, its next ones the others
     */
    void mixAcross(float[][] in, int stride, Lines out, int line, int rows, AcrossTaps taps);

    void multiply(float[] row, int at, int n, float factor, float added);

    void multiplyAndClip(float[] row, int at, int n, float factor, float added);

    /** As {@link Colours#blendWithGrey}; {@code stride} from one colour to the next. */
    void blendWithGrey(float[] row, int at, int stride, int n, float factor, float other);

    /** As {@link Colours#saturate}. */
    void saturate(float[] row, int at, int stride, int n, float factor);

    /** As {@link Colours#shrink}. */
    void shrink(float[] row, int at, int stride, int n, float factor, float rest);

    /** As {@link Colours#turn}. */
    void turn(float[] row, int at, int stride, int n, int thirds, float half, float slope);

    /** Replaces red by grey. */
    void grey(float[] row, int at, int stride, int n);

    /** Adds values, rounded to the grid ({@link Colours#grid}), to sums. */
    void addRounded(float[] sums, int to, float[] row, int at, int n, float grid);

    /** Mixes each number with {@code radius} neighbours on both sides: {@link GaussianBlur}. */
    void blurAcross(float[] in, int from, float[] out, int to, int n, float[] taps, int radius);

    /** 255 times each number, rounded to nearest, halves to even. */
    void bytes(float[] in, int from, byte[] out, int to, int n);
}
