package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Makes small upright baseline JPEGs of decoded frames: one swscale step from the decoder's pixel format and size, colours as
 * JPEG files have them, a turn if the video asks for one, and libjpeg-turbo as OpenCV carries it, with 4:2:0 and the Huffman
 * tables of the standard.
 */
final class JpegEncoder implements AutoCloseable {
    private static final List<String> NO_MEMORY =
            List.of("Insufficient memory", "bad_alloc"); // in the words of OpenCV, of C++

    private final Orientation orientation;
    private final int width;
    private final int height;
    private final FrameScaler scaler;
    private final IntPointer parameters;
    private final AVFrame fetched;
    private final Mat turned = new Mat();

    private JpegEncoder(TargetSize size, Orientation orientation, int quality) {
        this.orientation = orientation;
        this.width = orientation.width(size.width(), size.height());
        this.height = orientation.height(size.width(), size.height());
        this.scaler = new FrameScaler(size.width(), size.height());
        this.parameters = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality);
        this.fetched = Libav.allocated(av_frame_alloc());
    }

    /** Loads the native libraries, and lets them have no threads of their own. */
    static void load() {
        Loader.load(opencv_imgcodecs.class);
        opencv_core.setNumThreads(1);
    }

    /** The encoder for the frames of {@code input}. All its JPEGs have one size, whatever sizes the stream changes to. */
    static JpegEncoder forVideo(VideoInput input, int shortSide, int quality) {
        int[] aspect = input.pixelAspect();
        TargetSize size = TargetSize.of(input.width(), input.height(), aspect[0], aspect[1], shortSide);
        return new JpegEncoder(size, input.orientation(), quality);
    }

    /** The JPEG of {@code frame}. */
    byte[] encode(AVFrame frame) {
        try {
            return coded(frame);
        } catch (RuntimeException e) {
            String what = String.valueOf(e.getMessage());
            if (NO_MEMORY.stream().anyMatch(what::contains)) {
                throw new OutOfMemoryError(what);
            }
            throw e;
        }
    }

    private byte[] coded(AVFrame frame) {
        Mat picture = scaler.scale(HardwareDecoding.fetched(frame, fetched));
        if (!orientation.equals(Orientation.UPRIGHT)) {
            orientation.turn(picture, turned);
            picture = turned;
        }
        try (BytePointer coded = new BytePointer()) {
            if (!opencv_imgcodecs.imencode(".jpg", picture, coded, parameters)) {
                throw new VitoException(Reason.INTERNAL, "the JPEG encoder gives no picture");
            }
            byte[] jpeg = new byte[(int) coded.limit()];
            coded.get(jpeg);
            return jpeg;
        }
    }

    /** Width of the JPEGs in pixels. */
    int width() {
        return width;
    }

    /** Height of the JPEGs in pixels. */
    int height() {
        return height;
    }

    @Override
    public void close() {
        scaler.close();
        parameters.close();
        turned.close();
        av_frame_free(fetched);
    }
}
