package org.vito.augment;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Rect;

/**
 * Writes a square picture of numbers in 0 … 1 as bytes, {@code [size, size, 3]}: 255 times the value, rounded to nearest, halves to
 * even. The memory for it is kept. One thread at a time.
 */
final class ViewBytes implements AutoCloseable {
    private final int size;
    private final int stride;
    private final FloatPointer numbers;
    private final FloatBuffer planes;
    private final Mat source;
    private final Mat rounded;
    private final Mat inverted;
    private final Mat[] planeOf = new Mat[3];
    private final MatVector colours;
    private final MatVector greys;
    private final Mat joined;
    private final ByteBuffer bytes;

    ViewBytes(int size) {
        this.size = size;
        stride = Lines.padded(size);
        numbers = new FloatPointer(3L * stride * stride).zero();
        planes = numbers.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
        source = new Mat(3 * stride, stride, opencv_core.CV_32FC1, numbers);
        rounded = new Mat(3 * stride, stride, opencv_core.CV_8UC1);
        inverted = new Mat(3 * stride, stride, opencv_core.CV_8UC1);
        for (int colour = 0; colour < 3; colour++) {
            try (Rect inner = new Rect(0, colour * stride, size, size)) {
                planeOf[colour] = new Mat(rounded, inner);
            }
        }
        colours = new MatVector(planeOf);
        greys = new MatVector(planeOf[0], planeOf[0], planeOf[0]);
        joined = new Mat(size, size, opencv_core.CV_8UC3);
        bytes = joined.createBuffer();
    }

    /** Takes the first {@code rows} of {@code [3 * stride, stride]} numbers: the rows of red, then those of green, of blue. */
    void take(float[] numbers, int rows) {
        planes.put(0, numbers, 0, rows * stride);
    }

    /** Takes row {@code y}: {@code values} numbers, those of red, then those of green, of blue. */
    void take(float[] row, int y, int values) {
        for (int from = 0; from < values; from += stride) {
            planes.put((from + y) * stride, row, from, stride);
        }
    }

    /**
     * Writes what has been taken at index {@code at} of {@code out}, whose position stays.
     *
     * @param grey whether red stands for all three colours
     * @param solarise whether values from 0.5 up are turned over: x becomes 1 - x
     */
    void write(boolean grey, boolean solarise, ByteBuffer out, int at) {
        source.convertTo(rounded, opencv_core.CV_8U, 255, 0);
        if (solarise) {
            opencv_core.bitwise_not(rounded, inverted);
            opencv_core.min(rounded, inverted, rounded);
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
        rounded.close();
        source.close();
        numbers.close();
    }
}
