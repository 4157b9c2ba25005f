package org.vito.augment;

import com.google.protobuf.ByteString;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Pictures from and to files, for people to look at. */
public final class Images {
    /** Most pixels of a picture that is decoded: its header is looked at first. Those of clips have a setting of their own. */
    public static final long MAX_PIXELS = 100_000_000;

    private Images() {}

    /**
     * A picture.
     *
     * @param rgb {@code [height, width, 3]} bytes
     */
    public record Picture(int width, int height, ByteString rgb) {
        public Picture {
            if (width < 1 || height < 1 || rgb.size() != 3L * width * height) {
                throw new IllegalArgumentException(
                        "%d bytes are no %d by %d RGB picture".formatted(rgb.size(), width, height));
            }
        }
    }

    /**
     * Decodes a picture (JPEG, PNG, WebP, BMP).
     *
     * @throws VitoException BAD_DATA_SET if the bytes are none, TOO_LARGE if it has more than {@link #MAX_PIXELS} pixels
     */
    public static Picture decodeRgb(byte[] image) {
        try (ImageDecoder decoder = new ImageDecoder(MAX_PIXELS)) {
            if (!decoder.decode(image)) {
                throw notAnImage(image.length);
            }
            return new Picture(decoder.width(), decoder.height(), ByteString.copyFrom(decoder.pixels()));
        }
    }

    /** A PNG of {@code [height, width, 3]} bytes. */
    public static byte[] png(int width, int height, byte[] rgb) {
        return encode(".png", width, height, rgb, opencv_imgcodecs.IMWRITE_PNG_COMPRESSION, 3);
    }

    /** A baseline JPEG of {@code [height, width, 3]} bytes; {@code quality} 1 … 100. */
    public static byte[] jpeg(int width, int height, byte[] rgb, int quality) {
        return encode(".jpg", width, height, rgb, opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality);
    }

    static VitoException notAnImage(int bytes) {
        return new VitoException(
                Reason.BAD_DATA_SET,
                bytes + " bytes do not decode as a picture: expected a whole JPEG, PNG, WebP or BMP");
    }

    private static byte[] encode(String kind, int width, int height, byte[] rgb, int parameter, int value) {
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    "%d bytes are no %d by %d RGB picture".formatted(rgb.length, width, height));
        }
        try (BytePointer bytes = new BytePointer(rgb);
                Mat picture = new Mat(height, width, opencv_core.CV_8UC3, bytes);
                Mat turned = new Mat();
                BytePointer encoded = new BytePointer();
                IntPointer parameters = new IntPointer(parameter, value)) {
            opencv_imgproc.cvtColor(picture, turned, opencv_imgproc.COLOR_RGB2BGR);
            if (!opencv_imgcodecs.imencode(kind, turned, encoded, parameters)) {
                throw new VitoException(Reason.INTERNAL, "OpenCV cannot write " + kind + " pictures");
            }
            byte[] result = new byte[(int) encoded.limit()];
            encoded.get(result);
            return result;
        }
    }
}
