package org.vito.augment;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;

/** {@link ViewBytes} by vector instructions, of rows; OpenCV puts the colours together. Keeps its memory. One thread at a time. */
final class PlaneBytes implements AutoCloseable {
    private final RowKernels kernels;
    private final int size;
    private final int stride;
    private final byte[] rounded;
    private final BytePointer planes;
    private final ByteBuffer nativePlanes;
    private final Mat values;
    private final Mat inverted;
    private final Mat[] planeOf = new Mat[3];
    private final MatVector colours;
    private final MatVector greys;
    private final Mat joined;
    private final ByteBuffer bytes;

    /** @param size side of the picture, pixels */
    PlaneBytes(RowKernels kernels, int size) {
        this.kernels = kernels;
        this.size = size;
        stride = size * size + kernels.lanes();
        rounded = new byte[3 * stride];
        planes = new BytePointer(3L * size * size).zero();
        nativePlanes = planes.asByteBuffer();
        values = new Mat(3 * size, size, opencv_core.CV_8UC1, planes);
        inverted = new Mat(3 * size, size, opencv_core.CV_8UC1);
        for (int colour = 0; colour < 3; colour++) {
            planeOf[colour] = values.rowRange(colour * size, (colour + 1) * size);
        }
        colours = new MatVector(planeOf);
        greys = new MatVector(planeOf[0], planeOf[0], planeOf[0]);
        joined = new Mat(size, size, opencv_core.CV_8UC3);
        bytes = joined.createBuffer();
    }

    /**
     * Takes row {@code y}, its first {@code colourCount} colours from index {@code first} on, so far {@code apart}. Rows come in order, and all of them
     * before they are written.
     */
    void take(float[] row, int first, int apart, int colourCount, int y) {
        for (int colour = 0; colour < colourCount; colour++) {
            kernels.bytes(row, first + colour * apart, rounded, colour * stride + y * size, size);
        }
    }

    /**
     * Writes what has been taken at index {@code at} of {@code out}, whose position stays.
     *
     * @param grey whether red stands for all three colours
     * @param solarise whether values from 0.5 up are turned over: x becomes 1 - x
     */
    void write(boolean grey, boolean solarise, ByteBuffer out, int at) {
        for (int colour = 0; colour < (grey ? 1 : 3); colour++) {
            nativePlanes.put(colour * size * size, rounded, colour * stride, size * size);
        }
        if (solarise) {
            opencv_core.bitwise_not(values, inverted);
            opencv_core.min(values, inverted, values);
        }
        opencv_core.merge(grey ? greys : colours, joined);
        out.put(at, bytes, 0, 3 * size * size);
    }

    @Override
    public void close() {
        joined.close();
        greys.close();
        colours.close();
        for (Mat plane : planeOf) {
            plane.close();
        }
        inverted.close();
        values.close();
        planes.close();
    }
}
