package org.vito.augment;

import java.nio.ByteBuffer;
import org.vito.augment.ViewDraw.Crop;

/**
 * Cuts a rectangle out of a picture and resizes it (bicubic, {@link BicubicTaps}), each source row once: bytes become numbers,
 * the row is resized sideways, and as soon as a resized picture's row has all rows that it is made of, these are mixed.
 * Values leave in 0 … 1, cut to that range. Keeps its memory between calls; one thread at a time.
 */
final class CropResize implements AutoCloseable {
    private final BicubicTaps across = new BicubicTaps();
    private final BicubicTaps down = new BicubicTaps();
    private final boolean antialias;
    private final FrameRows source = new FrameRows();
    private float[] numbers = new float[0];
    private float[][] rows = new float[0][];
    private float[] mixed = new float[0];

    CropResize(boolean antialias) {
        this.antialias = antialias;
    }

    /**
     * Resizes a rectangle to fill {@code out}.
     *
     * @param pixels {@code [height, width, 3]} bytes from index 0
     * @param width of the whole picture
     * @param mirrored whether left and right change places
     */
    void apply(ByteBuffer pixels, int width, Crop crop, boolean mirrored, Planes out) {
        across.prepare(crop.width(), out.width, 0, out.width, antialias, mirrored, 1 / 255.0);
        down.prepare(crop.height(), out.height, 0, out.height, antialias, false, 1);
        run(pixels, width, crop, out);
    }

    /**
     * Resizes a whole picture and fills {@code out} with the middle of the result.
     *
     * @param pixels {@code [height, width, 3]} bytes from index 0
     * @param wide width of the resized picture, at least that of {@code out}
     * @param high height of the resized picture, at least that of {@code out}
     */
    void centre(ByteBuffer pixels, int width, int height, int wide, int high, Planes out) {
        across.prepare(width, wide, middle(wide, out.width), out.width, antialias, false, 1 / 255.0);
        down.prepare(height, high, middle(high, out.height), out.height, antialias, false, 1);
        run(pixels, width, new Crop(0, 0, width, height), out);
    }

    private static int middle(int whole, int part) {
        return (int) Math.rint((whole - part) / 2.0);
    }

    private void run(ByteBuffer pixels, int width, Crop crop, Planes out) {
        reserve(crop.width(), out.width, down.count());
        source.begin(pixels, width, crop);
        int count = down.count();
        int read = 0;
        for (int y = 0; y < out.height; y++) {
            int first = down.first()[y];
            for (read = Math.max(read, first); read < first + count; read++) {
                source.read(read, numbers);
                resizeRow(rows[read % count], out.width);
            }
            mix(first, y * count, 3 * out.width);
            store(out, y);
        }
        source.end();
    }

    private void reserve(int inWidth, int outWidth, int rowCount) {
        if (numbers.length < inWidth * 3) {
            numbers = new float[inWidth * 3];
        }
        if (mixed.length < outWidth * 3) {
            mixed = new float[outWidth * 3];
            rows = new float[0][];
        }
        if (rows.length < rowCount) {
            rows = new float[rowCount][outWidth * 3];
        }
    }

    private void resizeRow(float[] out, int width) {
        if (across.count() == 4) {
            four(numbers, across.first(), across.weights(), out, width);
        } else {
            any(numbers, across.first(), across.weights(), across.count(), out, width);
        }
    }

    private static void four(float[] in, int[] first, float[] weights, float[] out, int width) {
        for (int x = 0; x < width; x++) {
            int i = first[x] * 3;
            float a = weights[4 * x];
            float b = weights[4 * x + 1];
            float c = weights[4 * x + 2];
            float d = weights[4 * x + 3];
            out[x] = a * in[i] + b * in[i + 3] + c * in[i + 6] + d * in[i + 9];
            out[x + width] = a * in[i + 1] + b * in[i + 4] + c * in[i + 7] + d * in[i + 10];
            out[x + 2 * width] = a * in[i + 2] + b * in[i + 5] + c * in[i + 8] + d * in[i + 11];
        }
    }

    private static void any(float[] in, int[] first, float[] weights, int count, float[] out, int width) {
        for (int x = 0; x < width; x++) {
            float r = 0;
            float g = 0;
            float b = 0;
            int i = first[x] * 3;
            for (int k = 0; k < count; k++, i += 3) {
                float weight = weights[x * count + k];
                r += weight * in[i];
                g += weight * in[i + 1];
                b += weight * in[i + 2];
            }
            out[x] = r;
            out[x + width] = g;
            out[x + 2 * width] = b;
        }
    }

    private void mix(int first, int weightsAt, int n) {
        int count = down.count();
        float[] weights = down.weights();
        if (count == 4) {
            Rows.mix(
                    mixed,
                    rows[first % 4],
                    rows[(first + 1) % 4],
                    rows[(first + 2) % 4],
                    rows[(first + 3) % 4],
                    weights[weightsAt],
                    weights[weightsAt + 1],
                    weights[weightsAt + 2],
                    weights[weightsAt + 3],
                    n);
        } else {
            Rows.scale(mixed, rows[first % count], weights[weightsAt], n);
            for (int k = 1; k < count; k++) {
                Rows.add(mixed, rows[(first + k) % count], weights[weightsAt + k], n);
            }
            Rows.clip(mixed, n);
        }
    }

    private void store(Planes out, int y) {
        for (int colour = 0; colour < 3; colour++) {
            System.arraycopy(mixed, colour * out.width, out.plane(colour), y * out.width, out.width);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
