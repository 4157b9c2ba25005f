package org.vito.augment;

/**
 * Changes of colour, each cut to 0 … 1, over some lines of a picture that are small enough for the nearest cache: the formulae of
 * {@link JitterDefinition}, rewritten without branches. Whoever does the arithmetic does it in the same order, so that the same
 * bits come out; sums over the picture are exact, and so do not depend on what is added first.
 *
 * <p><b>Saturation</b> multiplies S of HSV, cut to 1. With v the greatest of a pixel's values and m the least, S = (v - m)/v, and
 * a colour c lies at v - (v - c); multiplying S by f moves it to v - (v - c)·k, where k = min(f, 1/S).
 *
 * <p><b>Hue</b> turns H of HSV. As a function of hue, a colour stands at v for two sixths of the circle, falls to m over a sixth,
 * stays there for two and rises again; with e the middle of the pixel's three values, the height of red above m before it is cut
 * to 0 … v - m is (r - m) + (r - e) = r - g - b + v, and a turn by t sixths lowers it by t·(v - m) where green exceeds blue and raises it by that
 * where blue exceeds green. Where the two are near each other red is beyond the cut by so much that the sign may be replaced by
 * a steep slope, as long as |t| ≤ 1. Whole thirds of the circle exchange the colours.
 */
abstract class Colours {
    /** The parts that red, green and blue have in a grey value: ITU-R BT.601. */
    static final float RED = 0.2989f;

    static final float GREEN = 0.587f;
    static final float BLUE = 0.114f;

    /** Keeps the division by a range of nothing finite. */
    static final float TINY = 1e-12f;

    /** Lines that are worked on together. */
    abstract int linesTogether();

    /** Takes lines {@code from … to - 1} in. */
    abstract void load(Lines picture, int from, int to);

    /** Puts them back, the first of them as line {@code from}. */
    abstract void store(Lines picture, int from);

    /** Begins new sums. */
    abstract void clearSums();

    /** Adds the lines to the sums, each value as {@link #grid} rounds it. */
    abstract void addToSums();

    /** The sum of one colour over all lines added. */
    abstract double sum(int colour);

    abstract void multiply(int colour, float factor, float added);

    abstract void multiplyAndClip(int colour, float factor, float added);

    /** Makes each value {@code factor} of itself and {@code other} of the pixel's grey value. */
    abstract void blendWithGrey(float factor, float other);

    /** Multiplies S of HSV by a factor above 1. */
    abstract void saturate(float factor);

    /** Multiplies S of HSV by a factor up to 1; {@code rest} is a quarter of what lacks to 1. */
    abstract void shrink(float factor, float rest);

    /**
     * Turns H of HSV.
     *
     * @param thirds how many colours further each colour moves, 0 … 2, before the turn
     * @param half -t/2 of the class comment
     * @param slope what the difference of two colours is multiplied by
     */
    abstract void turn(int thirds, float half, float slope);

    /** Adds a number to every value. */
    final void add(double added) {
        for (int colour = 0; colour < 3; colour++) {
            multiplyAndClip(colour, 1, (float) added);
        }
    }

    /** Multiplies the distance of one colour from a centre, which lies in 0 … 1. */
    final void stretch(int colour, double factor, double centre) {
        float added = (float) (centre * (1 - factor));
        if (factor > 1) {
            multiplyAndClip(colour, (float) factor, added);
        } else { // nothing leaves 0 … 1
            multiply(colour, (float) factor, added);
        }
    }

    /** Multiplies the distance of each pixel's colours from its grey value. */
    final void awayFromGrey(double factor) {
        blendWithGrey((float) factor, (float) (1 - factor));
    }

    /** Multiplies S of HSV. */
    final void saturation(double factor) {
        if (factor > 1) {
            saturate((float) factor);
        } else { // S does not leave 0 … 1
            shrink((float) factor, (float) (0.25 * (1 - factor)));
        }
    }

    /** Turns the hue by a share of the circle. */
    final void hue(double turn) {
        double sixths = 6 * turn;
        long thirds = Math.round(sixths / 2);
        double t = sixths - 2 * thirds;
        float slope = (float) (1 / Math.max(1 - Math.abs(t), 1e-4));
        turn((int) Math.floorMod(thirds, 3L), (float) (-0.5 * t), slope);
    }

    /**
     * A number that rounds values when it is added and taken away again: to so many places that the sum of {@code size} of them is
     * exact.
     */
    static float grid(int size) {
        int places = Math.max(1, 24 - (32 - Integer.numberOfLeadingZeros(size)));
        return 0x1.8p23f / (1 << places);
    }
}
