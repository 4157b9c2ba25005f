package org.vito.augment;

import java.nio.ByteBuffer;
import org.vito.augment.ViewDraw.Crop;

/**
 * {@link CropResize} by vector instructions: the rows that a row of the result is made of are mixed as bytes become numbers, and then
 * the columns of that row; its lines are rows. Keeps its memory between calls; one thread at a time.
 */
final class RowCropResize {
    /** Rows mixed before the first of them is read again: a processor waits for what it has just written if it reads it askew. */
    private static final int TOGETHER = 8;

    private final RowKernels kernels;
    private final BicubicTaps across = new BicubicTaps();
    private final BicubicTaps down = new BicubicTaps();
    private final AcrossTaps blocks;
    private byte[] bytes = new byte[0];
    private float[] mixed = new float[0];
    private final float[][] apart = new float[TOGETHER][0];

    /** @param size side of the result, pixels */
    RowCropResize(RowKernels kernels, int size) {
        this.kernels = kernels;
        blocks = new AcrossTaps(size, kernels.lanes());
    }

    /**
     * Resizes a rectangle to fill {@code out}, not antialiased.
     *
     * @param pixels {@code [height, width, 3]} bytes from index 0
     * @param width of the whole picture
     * @param mirrored whether left and right change places
     * @param out takes the rows; what is between its colours is overwritten
     */
    void apply(ByteBuffer pixels, int width, Crop crop, boolean mirrored, Lines out) {
        across.prepare(crop.width(), out.size, 0, out.size, false, mirrored, 1 / 255.0);
        down.prepare(crop.height(), out.size, 0, out.size, false, false, 1);
        blocks.prepare(across, out.size);
        int lanes = kernels.lanes();
        int stride = (crop.width() + lanes - 1) / lanes * lanes;
        reserve(3 * width * crop.height() + 3 * lanes, 3 * stride + lanes + AcrossTaps.COUNT);
        pixels.get(3 * width * crop.y(), bytes, 0, 3 * width * crop.height());
        for (int y = 0; y < out.size; y++) {
            mixDown(y, 3 * width, 3 * crop.x(), 3 * crop.width());
            kernels.takeApart(mixed, apart[y % TOGETHER], stride, crop.width());
            if (y % TOGETHER == TOGETHER - 1 || y == out.size - 1) {
                int line = y - y % TOGETHER;
                kernels.mixAcross(apart, stride, out, line, y - line + 1, blocks);
            }
        }
    }

    /** Where a row is made of fewer than four, the others weigh nothing. */
    private void mixDown(int y, int width, int from, int n) {
        int last = down.count() - 1;
        int first = from + down.first()[y] * width;
        kernels.mixDown(
                bytes,
                first,
                first + Math.min(1, last) * width,
                first + Math.min(2, last) * width,
                first + Math.min(3, last) * width,
                weight(y, 0),
                weight(y, 1),
                weight(y, 2),
                weight(y, 3),
                mixed,
                n);
    }

    private float weight(int y, int tap) {
        return tap < down.count() ? down.weights()[y * down.count() + tap] : 0;
    }

    private void reserve(int most, int values) {
        if (bytes.length < most) {
            bytes = new byte[most];
        }
        if (mixed.length < values) {
            mixed = new float[values];
            for (int i = 0; i < TOGETHER; i++) {
                apart[i] = new float[values];
            }
        }
    }
}
