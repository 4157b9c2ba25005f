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
 * HotSpot's compiler makes no vector instructions of that. Keeps its memory between calls; one thread at a time.
 */
final class FrameRows implements AutoCloseable {
    private static final int BAND = 16;

    private Band band = new Band(1);
    private ByteBuffer picture = ByteBuffer.allocate(0);
    private int width;
    private Crop crop = new Crop(0, 0, 1, 1);
    private int first;
    private int end;

    /** Native memory for some rows, as bytes and as numbers. */
    private static final class Band implements AutoCloseable {
        private final BytePointer bytePointer;
        private final FloatPointer floatPointer;
        private final Mat byteMat;
        private final Mat floatMat;
        private final ByteBuffer bytes;
        private final FloatBuffer floats;
        private final int capacity;

        Band(int capacity) {
            this.capacity = capacity;
            bytePointer = new BytePointer(capacity);
            floatPointer = new FloatPointer(capacity);
            byteMat = new Mat(1, capacity, opencv_core.CV_8UC1, bytePointer);
            floatMat = new Mat(1, capacity, opencv_core.CV_32FC1, floatPointer);
            bytes = bytePointer.asByteBuffer();
            floats = floatPointer.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
        }

        void convert(int count) {
            byteMat.cols(count);
            floatMat.cols(count);
            byteMat.convertTo(floatMat, opencv_core.CV_32F);
        }

        @Override
        public void close() {
            floatMat.close();
            byteMat.close();
            floatPointer.close();
            bytePointer.close();
        }
    }

    /** Begins with another rectangle of a picture of {@code [height, width, 3]} bytes from index 0. */
    void begin(ByteBuffer pixels, int pictureWidth, Crop rectangle) {
        picture = pixels;
        width = pictureWidth;
        crop = rectangle;
        first = 0;
        end = 0;
        int needed = 3 * BAND * rectangle.width();
        if (band.capacity < needed) {
            band.close();
            band = new Band(needed);
        }
    }

    /** Copies row {@code y} of the rectangle, {@code [width, 3]}; {@code y} never falls from one call to the next. */
    void read(int y, float[] row) {
        if (y >= end) {
            first = y;
            end = Math.min(crop.height(), y + BAND);
            convert();
        }
        band.floats.get((y - first) * crop.width() * 3, row, 0, crop.width() * 3);
    }

    private void convert() {
        int length = 3 * crop.width();
        for (int y = first; y < end; y++) {
            int corner = 3 * ((crop.y() + y) * width + crop.x());
            band.bytes.put((y - first) * length, picture, corner, length);
        }
        band.convert((end - first) * length);
    }

    @Override
    public void close() {
        band.close();
    }
}
