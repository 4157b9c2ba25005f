package org.vito.augment;

import java.util.Arrays;

/** Changes of colour over a strip of pixels, copied into arrays of their own, in loops that HotSpot's compiler makes vector instructions of. */
final class StripColours extends Colours {
    /** Pixels of a strip, about. */
    private static final int STRIP = 1024;

    private float[][] values;
    private float[][] turned;
    private final float[] greatest;
    private final float[] range;
    private final float[][] sums;
    private int n;

    private final float grid;
    private final int linesTogether;

    /** @param size side of the views, pixels */
    StripColours(int size) {
        linesTogether = Math.max(1, STRIP / size);
        int strip = linesTogether * size;
        values = new float[3][strip];
        turned = new float[3][strip];
        greatest = new float[strip];
        range = new float[strip];
        sums = new float[3][strip];
        grid = grid(size);
    }

    @Override
    int linesTogether() {
        return linesTogether;
    }

    @Override
    void load(Lines picture, int from, int to) {
        n = 0;
        for (int line = from; line < to; line++) {
            for (int colour = 0; colour < 3; colour++) {
                int begin = picture.first + colour * picture.stride;
                System.arraycopy(picture.lines[line], begin, values[colour], n, picture.size);
            }
            n += picture.size;
        }
    }

    @Override
    void store(Lines picture, int from) {
        for (int done = 0; done < n; done += picture.size) {
            float[] line = picture.lines[from + done / picture.size];
            for (int colour = 0; colour < 3; colour++) {
                int to = picture.first + colour * picture.stride;
                System.arraycopy(values[colour], done, line, to, picture.size);
            }
        }
    }

    @Override
    void multiplyAndClip(int colour, float factor, float added) {
        multiplyAndClip(values[colour], factor, added, n);
    }

    private static void multiplyAndClip(float[] values, float factor, float added, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Rows.clip(values[i] * factor + added);
        }
    }

    @Override
    void multiply(int colour, float factor, float added) {
        multiply(values[colour], factor, added, n);
    }

    private static void multiply(float[] values, float factor, float added, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = values[i] * factor + added;
        }
    }

    @Override
    void blendWithGrey(float factor, float other) {
        grey(values[0], values[1], values[2], greatest, n);
        for (float[] plane : values) {
            blend(plane, greatest, factor, other, n);
        }
    }

    private static void blend(float[] values, float[] grey, float factor, float other, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Rows.clip(factor * values[i] + other * grey[i]);
        }
    }

    @Override
    void saturate(float factor) {
        extremes(values[0], values[1], values[2], greatest, range, n);
        reach(greatest, range, factor, n);
        spread(values[0], values[1], values[2], greatest, range, n);
    }

    @Override
    void shrink(float factor, float rest) {
        shrink(values[0], values[1], values[2], factor, rest, n);
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

    @Override
    void turn(int thirds, float half, float slope) {
        extremes(values[0], values[1], values[2], greatest, range, n);
        for (int colour = 0; colour < 3; colour++) {
            float[] out = turned[(colour + thirds) % 3];
            lean(values[(colour + 1) % 3], values[(colour + 2) % 3], range, out, half, slope, n);
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

    @Override
    void clearSums() {
        for (float[] sum : sums) {
            Arrays.fill(sum, 0);
        }
    }

    @Override
    void addToSums() {
        for (int colour = 0; colour < 3; colour++) {
            addRounded(sums[colour], values[colour], grid, n);
        }
    }

    private static void addRounded(float[] sums, float[] values, float grid, int n) {
        for (int i = 0; i < n; i++) {
            sums[i] += values[i] + grid - grid;
        }
    }

    @Override
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
