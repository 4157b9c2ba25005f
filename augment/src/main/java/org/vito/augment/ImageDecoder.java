package org.vito.augment;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Turns encoded pictures (JPEG, PNG and whatever else OpenCV reads) into RGB bytes, in native memory that it keeps from one
 * picture to the next. A note in the file that says which side is up is not heeded. One thread at a time.
 */
final class ImageDecoder implements AutoCloseable {
    private static final int FLAGS = opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

    private final Mat picture = new Mat();
    private BytePointer encoded = new BytePointer(1 << 16);
    private int width;
    private int height;

    /** Decodes a picture; false if the bytes are none. */
    boolean decode(byte[] image) {
        reserve(image.length);
        encoded.asByteBuffer().put(image);
        return decode(image.length);
    }

    /** Decodes a JPEG that is whole: one that does not end as JPEGs end is refused, although a part of it could be had. */
    boolean decodeWholeJpeg(ByteString image) {
        int size = image.size();
        if (size < 4 || image.byteAt(size - 2) != (byte) 0xff || image.byteAt(size - 1) != (byte) 0xd9) {
            return false;
        }
        reserve(size);
        image.copyTo(encoded.asByteBuffer());
        return decode(size);
    }

    private void reserve(int size) {
        if (encoded.capacity() < size) {
            encoded.close();
            encoded = new BytePointer(Math.max(size, 2L * encoded.capacity()));
        }
    }

    private boolean decode(int size) {
        if (size == 0) {
            return false;
        }
        try (Mat input = new Mat(1, size, opencv_core.CV_8UC1, encoded);
                Mat decoded = opencv_imgcodecs.imdecode(input, FLAGS, picture)) {
            if (decoded.empty() || decoded.type() != opencv_core.CV_8UC3 || !decoded.isContinuous()) {
                return false;
            }
            width = decoded.cols();
            height = decoded.rows();
            return true;
        } catch (RuntimeException e) { // OpenCV's way to refuse, e.g. a picture of more than 2^30 pixels
            return false;
        }
    }

    /** Width of the picture decoded last. */
    int width() {
        return width;
    }

    /** Height of the picture decoded last. */
    int height() {
        return height;
    }

    /** {@code [height, width, 3]} bytes of the picture decoded last; valid until the next one is. */
    ByteBuffer pixels() {
        try (BytePointer data = picture.data()) {
            return data.capacity((long) width * height * 3).asByteBuffer();
        }
    }

    @Override
    public void close() {
        picture.close();
        encoded.close();
    }
}
