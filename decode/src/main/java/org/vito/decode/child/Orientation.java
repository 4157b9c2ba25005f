package org.vito.decode.child;

import java.nio.ByteBuffer;

/**
 * How stored pixels must be turned to be seen upright: one of the eight symmetries of a rectangle, as a container's display
 * matrix states it.
 *
 * @param transposed rows and columns change places, before the mirrorings
 * @param mirroredX the displayed picture is mirrored left to right
 * @param mirroredY the displayed picture is mirrored top to bottom
 */
record Orientation(boolean transposed, boolean mirroredX, boolean mirroredY) {
    static final Orientation UPRIGHT = new Orientation(false, false, false);

    /**
     * The symmetry nearest to a display matrix (ISO 14496-12): a stored point (x, y) is shown at (a·x + c·y, b·x + d·y) plus
     * an offset that keeps the picture in view.
     */
    static Orientation of(int a, int b, int c, int d) {
        long straight = Math.abs((long) a) + Math.abs((long) d);
        long crossed = Math.abs((long) b) + Math.abs((long) c);
        return straight >= crossed ? new Orientation(false, a < 0, d < 0) : new Orientation(true, c < 0, b < 0);
    }

    /** Width as displayed of a picture stored as {@code width × height}. */
    int width(int width, int height) {
        return transposed ? height : width;
    }

    /** Height as displayed of a picture stored as {@code width × height}. */
    int height(int width, int height) {
        return transposed ? width : height;
    }

    /** Writes the plane {@code from [height, width]} upright to {@code to}, whose rows are {@code toStride} bytes apart. */
    void turn(ByteBuffer from, int fromStride, int width, int height, ByteBuffer to, int toStride) {
        int shownWidth = width(width, height);
        int shownHeight = height(width, height);
        byte[] row = new byte[shownWidth];
        for (int y = 0; y < shownHeight; y++) {
            int v = mirroredY ? shownHeight - 1 - y : y;
            for (int x = 0; x < shownWidth; x++) {
                int u = mirroredX ? shownWidth - 1 - x : x;
                row[x] = transposed ? from.get(u * fromStride + v) : from.get(v * fromStride + u);
            }
            to.put(y * toStride, row);
        }
    }
}
