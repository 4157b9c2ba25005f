package org.vito.augment;

import java.nio.ByteBuffer;

/**
 * Makes one view of a frame: crop, flip, colour jitter, grey, blur, solarise, in that order, in numbers from 0 to 1 that become
 * bytes only at the end. Works in memory of its own that it keeps from one view to the next; one thread at a time. Every kind makes
 * the same bytes.
 */
interface ViewMaker extends AutoCloseable {
    /** The fastest kind that this process can have. */
    static ViewMaker of(int size, JitterDefinition definition, StageClock clock) {
        RowKernels kernels = VectorArithmetic.KERNELS;
        return kernels == null
                ? new ViewTransform(size, definition, clock)
                : new RowViewTransform(size, definition, clock, kernels);
    }

    /**
     * Makes a view.
     *
     * @param pixels the frame, {@code [height, width, 3]} bytes from index 0, RGB
     * @param width the frame's width
     * @param draw every random number
     * @param out takes the view, {@code [size, size, 3]} bytes, from index {@code at}; its position stays
     */
    void apply(ByteBuffer pixels, int width, ViewDraw draw, ByteBuffer out, int at);

    @Override
    void close();
}
