package org.vito.augment;

/**
 * BYOL's colour changes, each cut to 0 … 1, over a stretch of three planes. The formulae are those of
 * {@code byol/utils/augmentations.py}, rewritten without branches.
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

    private static final float TINY = 1e-12f;

    private Colours() {}

    static void brightness(float[] values, int from, int to, float added) {
        for (int i = from; i < to; i++) {
            values[i] = Rows.clip(values[i] + added);
        }
    }

    /** Multiplies the distance from {@code mean}. */
    static void contrast(float[] values, int from, int to, float factor, float mean) {
        float rest = mean - factor * mean;
        for (int i = from; i < to; i++) {
            values[i] = Rows.clip(values[i] * factor + rest);
        }
    }

    static void saturation(float[] red, float[] green, float[] blue, int from, int to, float factor) {
        for (int i = from; i < to; i++) {
            float r = red[i];
            float g = green[i];
            float b = blue[i];
            float v = Math.max(Math.max(r, g), b);
            float m = Math.min(Math.min(r, g), b);
            float k = Math.min(factor, v / (v - m + TINY));
            red[i] = Rows.clip(v - (v - r) * k);
            green[i] = Rows.clip(v - (v - g) * k);
            blue[i] = Rows.clip(v - (v - b) * k);
        }
    }

    static void hue(float[] red, float[] green, float[] blue, int from, int to, double turn) {
        double sixths = 6 * turn;
        long thirds = Math.round(sixths / 2);
        float t = (float) (sixths - 2 * thirds);
        float slope = (float) (1 / Math.max(1 - Math.abs(t), 1e-4));
        turn(red, green, blue, from, to, t, slope);
        exchange(red, green, blue, from, to, (int) Math.floorMod(thirds, 3L));
    }

    private static void turn(float[] red, float[] green, float[] blue, int from, int to, float t, float slope) {
        for (int i = from; i < to; i++) {
            float r = red[i];
            float g = green[i];
            float b = blue[i];
            float v = Math.max(Math.max(r, g), b);
            float m = Math.min(Math.min(r, g), b);
            float d = v - m;
            float base = m + (r + g + b - v - m); // least and middle
            red[i] = m + within(2 * r - base - t * sign(g - b, slope, d), d);
            green[i] = m + within(2 * g - base - t * sign(b - r, slope, d), d);
            blue[i] = m + within(2 * b - base - t * sign(r - g, slope, d), d);
        }
    }

    /** {@code slope} times {@code x}, cut to ±{@code d}. */
    private static float sign(float x, float slope, float d) {
        float steep = x * slope;
        return 0.5f * (Math.abs(steep + d) - Math.abs(steep - d));
    }

    /** {@code x} cut to 0 … {@code d}. */
    private static float within(float x, float d) {
        return 0.5f * (Math.abs(x) - Math.abs(x - d) + d);
    }

    private static void exchange(float[] red, float[] green, float[] blue, int from, int to, int thirds) {
        for (int k = 0; k < thirds; k++) {
            for (int i = from; i < to; i++) {
                float b = blue[i];
                blue[i] = green[i];
                green[i] = red[i];
                red[i] = b;
            }
        }
    }

    /** Puts the grey value into {@code red}. */
    static void grey(float[] red, float[] green, float[] blue, int from, int to) {
        for (int i = from; i < to; i++) {
            red[i] = 0.2989f * red[i] + 0.587f * green[i] + 0.114f * blue[i];
        }
    }
}
