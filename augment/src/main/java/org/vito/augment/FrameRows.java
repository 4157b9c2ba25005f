package org.vito.augment;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.vito.augment.ViewDraw.Crop;

/**
 * The rows of a rectangle of a picture as numbers, 0 … 255, read downwards. OpenCV turns bytes into numbers, some rows at a time:
 * HotSpot's compiler makes no vector instructions of that. One thread at a time.
 */
final class FrameRows implements AutoCloseable {
    private static final int BAND = 16;

    private FloatPointer numbers = new FloatPointer(1);
    private FloatBuffer band = FloatBuffer.allocate(0);
    private BytePointer pixels = new BytePointer();
    private int width;
    private Crop crop = new Crop(0, 0, 1, 1);
    private int first;
    private int end;

    /** Begins with another rectangle of a picture of {@code [height, width, 3]} bytes from index 0. */
    void begin(ByteBuffer picture, int pictureWidth, Crop rectangle) {
        pixels.close();
        pixels = new BytePointer(picture);
        width = pictureWidth;
        crop = rectangle;
        first = 0;
        end = 0;
        long needed = 3L * BAND * crop.width();
        if (numbers.capacity() < needed) {
            numbers.close();
            numbers = new FloatPointer(needed);
            band = numbers.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
        }
    }

    /** Copies row {@code y} of the rectangle, {@code [width, 3]}; {@code y} never falls from one call to the next. */
    void read(int y, float[] row) {
        if (y >= end) {
            convert(y, Math.min(crop.height(), y + BAND));
        }
        band.get((y - first) * crop.width() * 3, row, 0, crop.width() * 3);
    }

    private void convert(int from, int to) {
        long corner = ((long) (crop.y() + from) * width + crop.x()) * 3;
        pixels.position(corner);
        try (Mat bytes = new Mat(to - from, crop.width(), opencv_core.CV_8UC3, pixels, 3L * width);
                Mat target = new Mat(to - from, crop.width(), opencv_core.CV_32FC3, numbers)) {
            bytes.convertTo(target, opencv_core.CV_32F);
        }
        first = from;
        end = to;
    }

    /** Lets go of the picture. */
    void end() {
        pixels.close();
    }

    @Override
    public void close() {
        pixels.close();
        numbers.close();
    }
}
