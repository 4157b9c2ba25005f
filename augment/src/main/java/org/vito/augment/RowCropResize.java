package org.vito.augment;

import java.nio.ByteBuffer;
import org.vito.augment.ViewDraw.Crop;

/**
 * {@link CropResize} by vector instructions: as soon as a row of the result has all rows that it is made of, these are mixed, and then
 * the columns of that row; its lines are rows. Keeps its memory between calls; one thread at a time.
 */
final class RowCropResize implements AutoCloseable {
    /** Rows mixed before the first of them is read again: a processor waits for what it has just written if it reads it askew. */
    private static final int TOGETHER = 8;

    private final RowKernels kernels;
    private final PlaneRows source;
    private final BicubicTaps across = new BicubicTaps();
    private final BicubicTaps down = new BicubicTaps();
    private final AcrossTaps blocks;
    private float[][] rows = new float[0][];
    private final float[][] mixed = new float[TOGETHER][0];

    /** @param size side of the result, pixels */
    RowCropResize(RowKernels kernels, int size) {
        this.kernels = kernels;
        source = new PlaneRows(kernels);
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
        int values = 3 * stride;
        if (rows.length < down.count() || mixed[0].length < values + lanes + AcrossTaps.COUNT) {
            rows = new float[AcrossTaps.COUNT][values];
            for (int i = 0; i < TOGETHER; i++) {
                mixed[i] = new float[values + lanes + AcrossTaps.COUNT];
            }
        }
        source.begin(pixels, width, crop);
        mix(stride, out);
    }

    private void mix(int stride, Lines out) {
        int count = down.count();
        int read = 0;
        for (int y = 0; y < out.size; y++) {
            int first = down.first()[y];
            for (read = Math.max(read, first); read < first + count; read++) {
                source.read(read, rows[read % count], stride);
            }
            CropResize.mix(mixed[y % TOGETHER], rows, first, down, y, 3 * stride, false);
            if (y % TOGETHER == TOGETHER - 1 || y == out.size - 1) {
                for (int row = y - y % TOGETHER; row <= y; row++) {
                    mixAcross(mixed[row % TOGETHER], stride, out, row);
                }
            }
        }
    }

    private void mixAcross(float[] values, int stride, Lines out, int row) {
        for (int colour = 0; colour < 3; colour++) {
            kernels.mixAcross(values, colour * stride, out.lines[row], out.first + colour * out.stride, blocks);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
