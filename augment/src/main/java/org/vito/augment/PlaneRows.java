package org.vito.augment;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.vito.augment.ViewDraw.Crop;

/**
 * The rows of a rectangle of a picture as numbers, 0 … 255, each row's red, then its green, then its blue; read downwards. OpenCV
 * takes the colours apart, some rows at a time. Keeps its memory between calls; one thread at a time.
 */
final class PlaneRows implements AutoCloseable {
    private static final int BAND = 16;

    private final RowKernels kernels;
    private Band band;
    private ByteBuffer picture = ByteBuffer.allocate(0);
    private int width;
    private Crop crop = new Crop(0, 0, 1, 1);
    private int first;
    private int end;

    /** Memory for some rows: native, as they are and taken apart, and in Java taken apart. */
    private static final class Band implements AutoCloseable {
        private final int capacity;
        private final BytePointer together;
        private final BytePointer apart;
        private final Mat pixels;
        private final Mat[] plane = new Mat[3];
        private final MatVector colours;
        private final Mat[] colour = new Mat[3];
        private final ByteBuffer bytes;
        private final ByteBuffer nativePlanes;
        private final byte[] planes;

        /** @param capacity pixels */
        Band(int capacity, int beyond) {
            this.capacity = capacity;
            together = new BytePointer(3L * capacity);
            apart = new BytePointer(3L * capacity);
            pixels = new Mat(1, capacity, opencv_core.CV_8UC3, together);
            for (int c = 0; c < 3; c++) {
                plane[c] = new Mat(1, capacity, opencv_core.CV_8UC1, apart.getPointer((long) c * capacity));
            }
            colours = new MatVector(plane);
            for (int c = 0; c < 3; c++) {
                colour[c] = colours.get(c);
            }
            bytes = together.asByteBuffer();
            nativePlanes = apart.asByteBuffer();
            planes = new byte[3 * capacity + beyond];
        }

        void takeApart(int count) {
            pixels.cols(count);
            for (int c = 0; c < 3; c++) {
                colour[c].cols(count);
            }
            opencv_core.split(pixels, colours);
            for (int c = 0; c < 3; c++) {
                nativePlanes.get(c * capacity, planes, c * capacity, count);
            }
        }

        @Override
        public void close() {
            colours.close();
            for (Mat header : plane) {
                header.close();
            }
            pixels.close();
            apart.close();
            together.close();
        }
    }

    PlaneRows(RowKernels kernels) {
        this.kernels = kernels;
        band = new Band(1, kernels.lanes());
    }

    /** Begins with another rectangle of a picture of {@code [height, width, 3]} bytes from index 0. */
    void begin(ByteBuffer pixels, int pictureWidth, Crop rectangle) {
        picture = pixels;
        width = pictureWidth;
        crop = rectangle;
        first = 0;
        end = 0;
        int needed = BAND * rectangle.width();
        if (band.capacity < needed) {
            band.close();
            band = new Band(needed, kernels.lanes());
        }
    }

    /**
     * Copies row {@code y} of the rectangle; {@code y} never falls from one call to the next.
     *
     * @param stride from one colour to the next in {@code row}
     */
    void read(int y, float[] row, int stride) {
        if (y >= end) {
            first = y;
            end = Math.min(crop.height(), y + BAND);
            takeApart();
        }
        for (int c = 0; c < 3; c++) {
            int from = c * band.capacity + (y - first) * crop.width();
            kernels.numbers(band.planes, from, row, c * stride, crop.width());
        }
    }

    private void takeApart() {
        int length = 3 * crop.width();
        for (int y = first; y < end; y++) {
            int corner = 3 * ((crop.y() + y) * width + crop.x());
            band.bytes.put((y - first) * length, picture, corner, length);
        }
        band.takeApart((end - first) * crop.width());
    }

    @Override
    public void close() {
        band.close();
    }
}
