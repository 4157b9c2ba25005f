package org.vito.augment;

import java.util.Arrays;

/** Changes of colour by vector instructions, one row at a time and in place. */
final class RowColours extends Colours {
    private final RowKernels kernels;
    private final int size;
    private final float grid;
    private final float[][] sums;
    private float[] row = new float[0];
    private int first;
    private int stride;

    /** @param size side of the views, pixels */
    RowColours(RowKernels kernels, int size) {
        this.kernels = kernels;
        this.size = size;
        grid = grid(size);
        sums = new float[3][size + kernels.lanes()];
    }

    @Override
    int linesTogether() {
        return 1;
    }

    @Override
    void load(Lines picture, int from, int to) {
        row = picture.lines[from];
        first = picture.first;
        stride = picture.stride;
    }

    @Override
    void store(Lines picture, int from) {}

    @Override
    void clearSums() {
        for (float[] sum : sums) {
            Arrays.fill(sum, 0);
        }
    }

    @Override
    void addToSums() {
        for (int colour = 0; colour < 3; colour++) {
            kernels.addRounded(sums[colour], 0, row, at(colour), size, grid);
        }
    }

    @Override
    double sum(int colour) {
        double total = 0;
        for (int i = 0; i < size; i++) {
            total += sums[colour][i];
        }
        return total;
    }

    @Override
    void multiply(int colour, float factor, float added) {
        kernels.multiply(row, at(colour), size, factor, added);
    }

    @Override
    void multiplyAndClip(int colour, float factor, float added) {
        kernels.multiplyAndClip(row, at(colour), size, factor, added);
    }

    @Override
    void blendWithGrey(float factor, float other) {
        kernels.blendWithGrey(row, first, stride, size, factor, other);
    }

    @Override
    void saturate(float factor) {
        kernels.saturate(row, first, stride, size, factor);
    }

    @Override
    void shrink(float factor, float rest) {
        kernels.shrink(row, first, stride, size, factor, rest);
    }

    @Override
    void turn(int thirds, float half, float slope) {
        kernels.turn(row, first, stride, size, thirds, half, slope);
    }

    private int at(int colour) {
        return first + colour * stride;
    }
}
