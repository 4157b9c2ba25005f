package org.vito.decode.child;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

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

    /** Writes {@code from} upright to {@code to}. */
    void turn(Mat from, Mat to) {
        Mat standing = from;
        if (transposed) {
            opencv_core.transpose(from, to);
            standing = to;
        }
        if (mirroredX || mirroredY) {
            int axes = mirroredX && mirroredY ? -1 : mirroredX ? 1 : 0; // OpenCV's flip codes
            opencv_core.flip(standing, to, axes);
        }
    }
}
