package org.vito.augment;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;

/**
 * Writes planes of numbers in 0 … 1 as bytes, {@code [height, width, 3]}: 255 times the value, rounded to nearest, halves to even.
 * The memory for it is kept. One thread at a time.
 */
final class ViewBytes implements AutoCloseable {
    private final int pixels;
    private final FloatPointer numbers;
    private final FloatBuffer planes;
    private final Mat source;
    private final Mat rounded;
    private final Mat red;
    private final Mat green;
    private final Mat blue;
    private final MatVector colours;
    private final MatVector greys;
    private final Mat joined;
    private final ByteBuffer bytes;

    ViewBytes(int width, int height) {
        pixels = width * height;
        numbers = new FloatPointer(3L * pixels);
        planes = numbers.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
        source = new Mat(3 * height, width, opencv_core.CV_32FC1, numbers);
        rounded = new Mat(3 * height, width, opencv_core.CV_8UC1);
        red = rounded.rowRange(0, height);
        green = rounded.rowRange(height, 2 * height);
        blue = rounded.rowRange(2 * height, 3 * height);
        colours = new MatVector(red, green, blue);
        greys = new MatVector(red, red, red);
        joined = new Mat(height, width, opencv_core.CV_8UC3);
        bytes = joined.createBuffer();
    }

    /**
     * Writes a view at index {@code at} of {@code out}, whose position stays.
     *
     * @param grey whether red stands for all three colours
     */
    void write(Planes view, boolean grey, ByteBuffer out, int at) {
        int count = grey ? 1 : 3;
        for (int colour = 0; colour < count; colour++) {
            planes.put(colour * pixels, view.plane(colour), 0, pixels);
        }
        source.convertTo(rounded, opencv_core.CV_8U, 255, 0);
        opencv_core.merge(grey ? greys : colours, joined);
        out.put(at, bytes, 0, 3 * pixels);
    }

    @Override
    public void close() {
        joined.close();
        greys.close();
        colours.close();
        blue.close();
        green.close();
        red.close();
        rounded.close();
        source.close();
        numbers.close();
    }
}
