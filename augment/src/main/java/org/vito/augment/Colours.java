package org.vito.augment;

import java.util.Arrays;

/**
 * Changes of colour, each cut to 0 … 1, over a strip of pixels that is small enough for the nearest cache: the formulae of
 * {@link JitterDefinition}, rewritten without branches and in loops that become vector instructions.
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
final class Colours {
    /** The parts that red, green and blue have in a grey value: ITU-R BT.601. */
    static final float RED = 0.2989f;

    static final float GREEN = 0.587f;
    static final float BLUE = 0.114f;

    private static final float TINY = 1e-12f;

    private float[][] values;
    private float[][] turned;
    private final float[] greatest;
    private final float[] range;
    private final float[][] sums;
    private int n;

    /** @param strip most pixels of a strip */
    Colours(int strip) {
        values = new float[3][strip];
        turned = new float[3][strip];
        greatest = new float[strip];
        range = new float[strip];
        sums = new float[3][strip];
    }

    /** Takes lines {@code from … to - 1} in. */
    void load(Lines picture, int from, int to) {
        n = 0;
        for (int line = from; line < to; line++) {
            for (int colour = 0; colour < 3; colour++) {
                System.arraycopy(picture.lines[line], colour * picture.stride, values[colour], n, picture.size);
            }
            n += picture.size;
        }
    }

    /** Puts the strip back, its first pixel at the beginning of line {@code from}. */
    void store(Lines picture, int from) {
        for (int done = 0; done < n; done += picture.size) {
            float[] line = picture.lines[from + done / picture.size];
            for (int colour = 0; colour < 3; colour++) {
                System.arraycopy(values[colour], done, line, colour * picture.stride, picture.size);
            }
        }
    }

    /** Adds a number to every value. */
    void add(double added) {
        for (float[] plane : values) {
            add(plane, (float) added, n);
        }
    }

    private static void add(float[] values, float added, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Rows.clip(values[i] + added);
        }
    }

    /** Multiplies the distance of one colour from a centre, which lies in 0 … 1. */
    void stretch(int colour, double factor, double centre) {
        float added = (float) (centre * (1 - factor));
        if (factor > 1) {
            stretchAndClip(values[colour], (float) factor, added, n);
        } else { // nothing leaves 0 … 1
            stretch(values[colour], (float) factor, added, n);
        }
    }

    private static void stretchAndClip(float[] values, float factor, float added, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Rows.clip(values[i] * factor + added);
        }
    }

    private static void stretch(float[] values, float factor, float added, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = values[i] * factor + added;
        }
    }

    /** Multiplies the distance of each pixel's colours from its grey value. */
    void awayFromGrey(double factor) {
        grey(values[0], values[1], values[2], greatest, n);
        for (float[] plane : values) {
            blend(plane, greatest, (float) factor, (float) (1 - factor), n);
        }
    }

    private static void blend(float[] values, float[] grey, float factor, float other, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Rows.clip(factor * values[i] + other * grey[i]);
        }
    }

    /** Multiplies S of HSV. */
    void saturation(double factor) {
        if (factor > 1) {
            extremes(values[0], values[1], values[2], greatest, range, n);
            reach(greatest, range, (float) factor, n);
            spread(values[0], values[1], values[2], greatest, range, n);
        } else { // S does not leave 0 … 1
            shrink(values[0], values[1], values[2], (float) factor, (float) (0.25 * (1 - factor)), n);
        }
    }

    /** The greatest of each pixel's values, and its distance from the least. */
    private static void extremes(float[] red, float[] green, float[] blue, float[] greatest, float[] range, int n) {
        for (int i = 0; i < n; i++) {
            float sum = red[i] + green[i];
            float gap = Math.abs(red[i] - green[i]);
            float above = sum + gap; // twice the greater of the two
            float below = sum - gap;
            float third = 2 * blue[i];
            float greatest4 = above + third + Math.abs(above - third);
            float least4 = below + third - Math.abs(below - third);
            greatest[i] = 0.25f * greatest4;
            range[i] = 0.25f * (greatest4 - least4);
        }
    }

    /** Turns the range into k of the class comment, and the greatest value v into v - v·k. */
    private static void reach(float[] greatest, float[] range, float factor, int n) {
        for (int i = 0; i < n; i++) {
            float most = greatest[i] / (range[i] + TINY);
            float k = 0.5f * (most + factor - Math.abs(most - factor));
            range[i] = k;
            greatest[i] -= greatest[i] * k;
        }
    }

    private static void spread(float[] red, float[] green, float[] blue, float[] base, float[] k, int n) {
        for (int i = 0; i < n; i++) {
            red[i] = base[i] + red[i] * k[i];
            green[i] = base[i] + green[i] * k[i];
            blue[i] = base[i] + blue[i] * k[i];
        }
    }

    private static void shrink(float[] red, float[] green, float[] blue, float factor, float rest, int n) {
        for (int i = 0; i < n; i++) {
            float above = red[i] + green[i] + Math.abs(red[i] - green[i]); // twice the greater of the two
            float third = 2 * blue[i];
            float base = rest * (above + third + Math.abs(above - third));
            red[i] = base + red[i] * factor;
            green[i] = base + green[i] * factor;
            blue[i] = base + blue[i] * factor;
        }
    }

    /** Turns the hue by a share of the circle. */
    void hue(double turn) {
        double sixths = 6 * turn;
        long thirds = Math.round(sixths / 2);
        double t = sixths - 2 * thirds;
        float slope = (float) (1 / Math.max(1 - Math.abs(t), 1e-4));
        extremes(values[0], values[1], values[2], greatest, range, n);
        for (int colour = 0; colour < 3; colour++) {
            float[] out = turned[(int) Math.floorMod(colour + thirds, 3L)];
            lean(values[(colour + 1) % 3], values[(colour + 2) % 3], range, out, (float) (-0.5 * t), slope, n);
            rise(values[colour], greatest, range, out, n);
        }
        float[][] old = values;
        values = turned;
        turned = old;
    }

    /**
     * How far a turn raises a colour, less the other two: half of the turn, times twice their difference cut to the range.
     */
    private static void lean(float[] next, float[] last, float[] range, float[] out, float half, float slope, int n) {
        for (int i = 0; i < n; i++) {
            float steep = (next[i] - last[i]) * slope;
            out[i] = half * (Math.abs(steep + range[i]) - Math.abs(steep - range[i])) - next[i] - last[i];
        }
    }

    /** Adds what makes a colour's height of that, cuts the height to the range, and sets it on the least value. */
    private static void rise(float[] own, float[] greatest, float[] range, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float height = own[i] + greatest[i] + out[i];
            out[i] = greatest[i] + 0.5f * (Math.abs(height) - Math.abs(height - range[i]) - range[i]);
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

    /** Writes each pixel's grey value. */
    private static void grey(float[] red, float[] green, float[] blue, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = RED * red[i] + GREEN * green[i] + BLUE * blue[i];
        }
    }
}
