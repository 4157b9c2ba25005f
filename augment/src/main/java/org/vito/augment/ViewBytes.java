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
    /** Lines rounded together: few enough to stay in the nearest caches. */
    private static final int BAND = 8;

    private final int size;
    private final int stride;
    private final FloatPointer numbers;
    private final FloatBuffer band;
    private final Mat source;
    private final Mat rounded;
    private final Mat[] bandOf;
    private final Mat inverted;
    private final Mat[] planeOf = new Mat[3];
    private final Mat[] turnedOf = new Mat[3];
    private final MatVector colours;
    private final MatVector greys;
    private final MatVector turnedColours;
    private final MatVector turnedGreys;
    private final Mat joined;
    private final ByteBuffer bytes;

    ViewBytes(int size) {
        this.size = size;
        stride = Lines.padded(size);
        numbers = new FloatPointer(3L * stride * BAND).zero();
        band = numbers.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
        source = new Mat(BAND, 3 * stride, opencv_core.CV_32FC1, numbers);
        rounded = new Mat((size + BAND - 1) / BAND * BAND, 3 * stride, opencv_core.CV_8UC1);
        inverted = new Mat(rounded.rows(), 3 * stride, opencv_core.CV_8UC1);
        bandOf = new Mat[rounded.rows() / BAND];
        for (int i = 0; i < bandOf.length; i++) {
            bandOf[i] = rounded.rowRange(BAND * i, BAND * (i + 1));
        }
        for (int colour = 0; colour < 3; colour++) {
            try (Rect inner = new Rect(colour * stride, 0, size, size)) {
                planeOf[colour] = new Mat(rounded, inner);
            }
            turnedOf[colour] = new Mat(size, size, opencv_core.CV_8UC1);
        }
        colours = new MatVector(planeOf);
        greys = new MatVector(planeOf[0], planeOf[0], planeOf[0]);
        turnedColours = new MatVector(turnedOf);
        turnedGreys = new MatVector(turnedOf[0], turnedOf[0], turnedOf[0]);
        joined = new Mat(size, size, opencv_core.CV_8UC3);
        bytes = joined.createBuffer();
    }

    /**
     * Takes line {@code at}, a row or a column: {@code values} numbers, those of red, then those of green, of blue. Lines come in
     * order, and all of them before they are written.
     */
    void take(float[] line, int at, int values) {
        band.put(at % BAND * 3 * stride, line, 0, values);
        if (at % BAND == BAND - 1 || at == size - 1) {
            source.convertTo(bandOf[at / BAND], opencv_core.CV_8U, 255, 0);
        }
    }

    /**
     * Writes what has been taken at index {@code at} of {@code out}, whose position stays.
     *
     * @param columns whether the lines taken were columns
     * @param grey whether red stands for all three colours
     * @param solarise whether values from 0.5 up are turned over: x becomes 1 - x
     */
    void write(boolean columns, boolean grey, boolean solarise, ByteBuffer out, int at) {
        if (solarise) {
            opencv_core.bitwise_not(rounded, inverted);
            opencv_core.min(rounded, inverted, rounded);
        }
        if (columns) {
            for (int colour = 0; colour < (grey ? 1 : 3); colour++) {
                opencv_core.transpose(planeOf[colour], turnedOf[colour]);
            }
            opencv_core.merge(grey ? turnedGreys : turnedColours, joined);
        } else {
            opencv_core.merge(grey ? greys : colours, joined);
        }
        out.put(at, bytes, 0, 3 * size * size);
    }

    @Override
    public void close() {
        joined.close();
        turnedGreys.close();
        turnedColours.close();
        greys.close();
        colours.close();
        for (Mat plane : planeOf) {
            plane.close();
        }
        for (Mat plane : turnedOf) {
            plane.close();
        }
        for (Mat lines : bandOf) {
            lines.close();
        }
        inverted.close();
        rounded.close();
        source.close();
        numbers.close();
    }
}
