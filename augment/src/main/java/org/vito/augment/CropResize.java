package org.vito.augment;

import java.nio.ByteBuffer;
import org.vito.augment.ViewDraw.Crop;

/**
 * Cuts a rectangle out of a picture and resizes it to a square (bicubic, {@link BicubicTaps}), each source row once: bytes become
 * numbers, and as soon as a row of the result has all rows that it is made of, these are mixed. Eight such rows are written across,
 * so that then columns can be mixed in the same way. Values leave in 0 … 1, cut to that range. Keeps its memory between calls; one
 * thread at a time.
 */
final class CropResize implements AutoCloseable {
    private static final int TOGETHER = 8;

    private final BicubicTaps across = new BicubicTaps();
    private final BicubicTaps down = new BicubicTaps();
    private final boolean antialias;
    private final FrameRows source = new FrameRows();
    private float[][] rows = new float[0][];
    private float[][] mixed = new float[TOGETHER][0];
    private float[] turned = new float[0];
    private float[][] columns = new float[0][];

    CropResize(boolean antialias) {
        this.antialias = antialias;
    }

    /**
     * Resizes a rectangle to fill {@code out}.
     *
     * @param pixels {@code [height, width, 3]} bytes from index 0
     * @param width of the whole picture
     * @param mirrored whether left and right change places
     * @param out takes the columns, from left to right
     */
    void apply(ByteBuffer pixels, int width, Crop crop, boolean mirrored, Lines out) {
        across.prepare(crop.width(), out.size, 0, out.size, antialias, mirrored, 1 / 255.0);
        down.prepare(crop.height(), out.size, 0, out.size, antialias, false, 1);
        run(pixels, width, crop, out);
    }

    /**
     * Resizes a whole picture and fills {@code out} with the middle of the result.
     *
     * @param pixels {@code [height, width, 3]} bytes from index 0
     * @param wide width of the resized picture, at least the size of {@code out}
     * @param high height of the resized picture, at least the size of {@code out}
     * @param out takes the columns, from left to right
     */
    void centre(ByteBuffer pixels, int width, int height, int wide, int high, Lines out) {
        across.prepare(width, wide, middle(wide, out.size), out.size, antialias, false, 1 / 255.0);
        down.prepare(height, high, middle(high, out.size), out.size, antialias, false, 1);
        run(pixels, width, new Crop(0, 0, width, height), out);
    }

    private static int middle(int whole, int part) {
        return (int) Math.rint((whole - part) / 2.0);
    }

    private void run(ByteBuffer pixels, int width, Crop crop, Lines out) {
        rows = reserved(rows, down.count(), 3 * crop.width());
        mixed = reserved(mixed, TOGETHER, 3 * crop.width());
        columns = reserved(columns, across.count(), 3 * out.stride);
        if (turned.length < 3 * crop.width() * out.stride) {
            turned = new float[3 * crop.width() * out.stride];
        }
        source.begin(pixels, width, crop);
        mixRows(3 * crop.width(), out);
        mixColumns(out);
    }

    private static float[][] reserved(float[][] arrays, int count, int length) {
        return arrays.length >= count && arrays[0].length >= length ? arrays : new float[count][length];
    }

    private void mixRows(int values, Lines out) {
        int count = down.count();
        int read = 0;
        for (int y = 0; y < out.size; y++) {
            int first = down.first()[y];
            for (read = Math.max(read, first); read < first + count; read++) {
                source.read(read, rows[read % count]);
            }
            mix(mixed[y % TOGETHER], rows, first, down, y, values, false);
            if (y % TOGETHER == TOGETHER - 1 || y == out.size - 1) {
                int begin = y - y % TOGETHER;
                Lines.turn(mixed, 0, y - begin + 1, values, turned, begin, out.stride);
            }
        }
    }

    /** The taps run backwards where the view is mirrored: then so do the columns that are made. */
    private void mixColumns(Lines out) {
        int count = across.count();
        int values = 3 * out.stride;
        boolean backwards = across.first()[0] > across.first()[out.size - 1];
        int read = 0;
        for (int k = 0; k < out.size; k++) {
            int x = backwards ? out.size - 1 - k : k;
            int first = across.first()[x];
            for (read = Math.max(read, first); read < first + count; read++) {
                System.arraycopy(turned, read * values, columns[read % count], 0, values);
            }
            mix(out.lines[x], columns, first, across, x, values, true);
        }
    }

    /** Mixes the lines from {@code first} on, kept in turn in {@code ring}, as the taps say of the line {@code at}. */
    static void mix(float[] out, float[][] ring, int first, BicubicTaps taps, int at, int n, boolean clip) {
        int count = taps.count();
        float[] weights = taps.weights();
        int w = at * count;
        if (count != 4) {
            Rows.scale(out, ring[first % count], weights[w], n);
            for (int k = 1; k < count; k++) {
                Rows.add(out, ring[(first + k) % count], weights[w + k], n);
            }
            if (clip) {
                Rows.clip(out, n);
            }
            return;
        }
        float[] a = ring[first % 4];
        float[] b = ring[(first + 1) % 4];
        float[] c = ring[(first + 2) % 4];
        float[] d = ring[(first + 3) % 4];
        if (clip) {
            Rows.mixAndClip(out, a, b, c, d, weights[w], weights[w + 1], weights[w + 2], weights[w + 3], n);
        } else {
            Rows.mix(out, a, b, c, d, weights[w], weights[w + 1], weights[w + 2], weights[w + 3], n);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
