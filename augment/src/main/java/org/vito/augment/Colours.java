package org.vito.augment;

import java.util.Arrays;

/**
 * BYOL's colour changes, each cut to 0 … 1, over a strip of pixels that is small enough for the nearest cache. The formulae are
 * those of {@code byol/utils/augmentations.py}, rewritten without branches and in loops that become vector instructions.
 *
 * <p><b>Saturation</b> multiplies S of HSV, cut to 1. With v the greatest of a pixel's values and m the least, S = (v - m)/v, and
 * a colour c lies at v - (v - c); multiplying S by f moves it to v - (v - c)·k, where k = min(f, 1/S).
 *
 * <p><b>Hue</b> turns H of HSV. As a function of hue, a colour stands at v for two sixths of the circle, falls to m over a sixth,
 * stays there for two and rises again; with e the middle of the pixel's three values, the height of red above m before it is cut
 * to 0 … v - m is (r - m) + (r - e), and a turn by t sixths lowers it by t·(v - m) where green exceeds blue and raises it by that
 * where blue exceeds green. Where the two are near each other red is beyond the cut by so much that the sign may be replaced by
 * a steep slope, as long as |t| ≤ 1. Whole thirds of the circle exchange the colours.
 */
final class Colours {
    static final int BRIGHTNESS = 0;
    static final int CONTRAST = 1;
    static final int SATURATION = 2;
    static final int HUE = 3;

    /** Most pixels of a strip. */
    static final int STRIP = 1024;

    private static final float TINY = 1e-12f;

    private float[][] values = new float[3][STRIP];
    private float[][] turned = new float[3][STRIP];
    private final float[] greatest = new float[STRIP];
    private final float[] least = new float[STRIP];
    private final float[] rest = new float[STRIP];
    private final float[][] sums = new float[3][STRIP];
    private int n;

    /** Takes pixels {@code from … to - 1} in. */
    void load(Planes planes, int from, int to) {
        n = to - from;
        for (int colour = 0; colour < 3; colour++) {
            System.arraycopy(planes.plane(colour), from, values[colour], 0, n);
        }
    }

    /** Puts the strip back. */
    void store(Planes planes, int from) {
        for (int colour = 0; colour < 3; colour++) {
            System.arraycopy(values[colour], 0, planes.plane(colour), from, n);
        }
    }

    void brightness(double added) {
        for (float[] plane : values) {
            brighten(plane, (float) added, n);
        }
    }

    private static void brighten(float[] values, float added, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Rows.clip(values[i] + added);
        }
    }

    /** Multiplies the distance from the picture's means. */
    void contrast(double factor, double[] means) {
        for (int colour = 0; colour < 3; colour++) {
            stretch(values[colour], (float) factor, (float) (means[colour] * (1 - factor)), n);
        }
    }

    private static void stretch(float[] values, float factor, float rest, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Rows.clip(values[i] * factor + rest);
        }
    }

    void saturation(double factor) {
        extremes(values[0], values[1], values[2], greatest, least, n);
        reach(greatest, least, (float) factor, n);
        for (float[] plane : values) {
            spread(plane, greatest, least, n);
        }
    }

    private static void extremes(float[] red, float[] green, float[] blue, float[] greatest, float[] least, int n) {
        for (int i = 0; i < n; i++) {
            float sum = red[i] + green[i];
            float gap = Math.abs(red[i] - green[i]);
            float above = sum + gap; // twice the greater of the two
            float below = sum - gap;
            float third = 2 * blue[i];
            greatest[i] = 0.25f * (above + third + Math.abs(above - third));
            least[i] = 0.25f * (below + third - Math.abs(below - third));
        }
    }

    /** Turns the least of each pixel's values into k of the class comment. */
    private static void reach(float[] greatest, float[] least, float factor, int n) {
        for (int i = 0; i < n; i++) {
            float most = greatest[i] / (Math.abs(greatest[i] - least[i]) + TINY);
            least[i] = 0.5f * (most + factor - Math.abs(most - factor));
        }
    }

    private static void spread(float[] values, float[] greatest, float[] k, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Rows.clip(greatest[i] - (greatest[i] - values[i]) * k[i]);
        }
    }

    /** Turns the hue by a share of the circle. */
    void hue(double turn) {
        double sixths = 6 * turn;
        long thirds = Math.round(sixths / 2);
        double t = sixths - 2 * thirds;
        float slope = (float) (1 / Math.max(1 - Math.abs(t), 1e-4));
        extremes(values[0], values[1], values[2], greatest, least, n);
        rest(values[0], values[1], values[2], greatest, least, rest, n);
        for (int colour = 0; colour < 3; colour++) {
            float[] out = turned[(int) Math.floorMod(colour + thirds, 3L)];
            lean(values[(colour + 1) % 3], values[(colour + 2) % 3], greatest, out, (float) (-0.5 * t), slope, n);
            rise(values[colour], rest, greatest, least, out, n);
        }
        float[][] old = values;
        values = turned;
        turned = old;
    }

    /** Sums least and middle value into {@code rest} and turns the greatest into its distance from the least. */
    private static void rest(
            float[] red, float[] green, float[] blue, float[] greatest, float[] least, float[] rest, int n) {
        for (int i = 0; i < n; i++) {
            rest[i] = red[i] + green[i] + blue[i] - greatest[i];
        }
        for (int i = 0; i < n; i++) {
            greatest[i] -= least[i];
        }
    }

    /** How far a turn raises a colour: half of the turn, times twice the difference of the other two cut to the range. */
    private static void lean(float[] next, float[] last, float[] range, float[] out, float half, float slope, int n) {
        for (int i = 0; i < n; i++) {
            float steep = (next[i] - last[i]) * slope;
            out[i] = half * (Math.abs(steep + range[i]) - Math.abs(steep - range[i]));
        }
    }

    /** Adds a colour's height where it was, cuts that to the range, and sets it on the least value. */
    private static void rise(float[] own, float[] rest, float[] range, float[] least, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float height = 2 * own[i] - rest[i] + out[i];
            out[i] = least[i] + 0.5f * (Math.abs(height) - Math.abs(height - range[i]) + range[i]);
        }
    }

    /** Begins a new sum of pixels. */
    void clearSums() {
        for (float[] sum : sums) {
            Arrays.fill(sum, 0);
        }
    }

    /** Adds the strip to the sums. */
    void addToSums() {
        for (int colour = 0; colour < 3; colour++) {
            Rows.add(sums[colour], values[colour], 1, n);
        }
    }

    /** The sum of one colour over all strips added. */
    double sum(int colour) {
        double total = 0;
        for (float part : sums[colour]) {
            total += part;
        }
        return total;
    }

    /** Puts the grey value of all pixels into the red plane. */
    static void grey(Planes planes) {
        grey(planes.red, planes.green, planes.blue, planes.red.length);
    }

    private static void grey(float[] red, float[] green, float[] blue, int n) {
        for (int i = 0; i < n; i++) {
            red[i] = 0.2989f * red[i] + 0.587f * green[i] + 0.114f * blue[i];
        }
    }
}
