package org.vito.augment;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Turns encoded pictures (JPEG, PNG, WebP, BMP) into RGB bytes, in native memory that it keeps from one picture to the next. A
 * picture that has more pixels than allowed, as its header says, is refused before any of it is decoded. A note in the file that
 * says which side is up is not heeded. One thread at a time.
 */
final class ImageDecoder implements AutoCloseable {
    private static final int FLAGS = opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

    private final long maxPixels;
    private final Mat picture = new Mat();
    private BytePointer encoded = new BytePointer(0);
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private Mat input = new Mat();
    private int width;
    private int height;
    private long decoded;

    /** @param maxPixels most pixels of a picture */
    ImageDecoder(long maxPixels) {
        this.maxPixels = maxPixels;
    }

    /**
     * Decodes a picture; false if the bytes are none.
     *
     * @throws VitoException TOO_LARGE if it has too many pixels
     */
    boolean decode(byte[] image) {
        reserve(image.length);
        bytes.put(0, image);
        PictureHeader header = PictureHeader.of(bytes, image.length);
        if (header.pixels() > maxPixels) {
            throw new VitoException(
                    Reason.TOO_LARGE,
                    "the picture's header says %d by %d pixels: expected %d pixels at most"
                            .formatted(header.width(), header.height(), maxPixels));
        }
        return header.present() && decode(image.length);
    }

    /**
     * Decodes a JPEG that is whole: one that does not end as JPEGs end is refused, although a part of it could be had, and so is
     * one that has too many pixels.
     */
    boolean decodeWholeJpeg(ByteString image) {
        int size = image.size();
        if (size < 4 || image.byteAt(size - 2) != (byte) 0xff || image.byteAt(size - 1) != (byte) 0xd9) {
            return false;
        }
        reserve(size);
        image.copyTo(bytes.clear());
        PictureHeader header = PictureHeader.of(bytes, size);
        return header.present() && header.pixels() <= maxPixels && decode(size);
    }

    private void reserve(int size) {
        if (encoded.capacity() < size) {
            long capacity = Math.max(Math.max(size, 1 << 16), Math.min(Integer.MAX_VALUE, 2 * encoded.capacity()));
            input.close();
            encoded.close();
            encoded = new BytePointer(capacity);
            bytes = encoded.asByteBuffer().order(ByteOrder.BIG_ENDIAN);
            input = new Mat(1, (int) capacity, opencv_core.CV_8UC1, encoded);
        }
    }

    private boolean decode(int size) {
        decoded++;
        input.cols(size);
        try (Mat decoded = opencv_imgcodecs.imdecode(input, FLAGS, picture)) {
            if (decoded.empty() || decoded.type() != opencv_core.CV_8UC3 || !decoded.isContinuous()) {
                return false;
            }
            width = decoded.cols();
            height = decoded.rows();
            return (long) width * height <= maxPixels;
        } catch (RuntimeException e) { // OpenCV's way to refuse
            return false;
        }
    }

    /** How often something has been decoded, with or without success. */
    long decoded() {
        return decoded;
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
        input.close();
        encoded.close();
    }
}
