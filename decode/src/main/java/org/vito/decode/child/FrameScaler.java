package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.*;
import static org.bytedeco.ffmpeg.global.swscale.*;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Scales frames by averaging areas, and turns the small pictures, whose colours are still those of the video, into BGR. Keeps
 * what it prepared as long as frames look the same.
 */
final class FrameScaler implements AutoCloseable {
    private static final int HD_HEIGHT = 720; // from here on an unstated matrix is taken for BT.709

    private static final int BAND = 16; // rows that are changed together, so that they stay in the nearest caches

    /** Some rows of the small picture: its planes, and where they go to. */
    private record Band(MatVector planes, Mat pixels, Mat bgr) implements AutoCloseable {
        void change(Mat matrix) {
            opencv_core.merge(planes, pixels);
            opencv_core.transform(pixels, bgr, matrix);
        }

        @Override
        public void close() {
            planes.close();
            pixels.close();
            bgr.close();
        }
    }

    private record Source(int width, int height, int format, int matrix, boolean fullRange) {}

    private final int width;
    private final int height;
    private final AVFrame small = Libav.allocated(av_frame_alloc()); // 4:4:4
    private final Mat pixels = new Mat(); // of a band, colours of the video
    private final Mat bgr = new Mat();
    private final List<Band> bands = new ArrayList<>();
    private @Nullable SwsContext context;
    private @Nullable Mat toBgr;
    private @Nullable Source prepared;

    /** @param width and {@code height} of what frames are scaled to, in pixels */
    FrameScaler(int width, int height) {
        this.width = width;
        this.height = height;
        try {
            allocate();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void allocate() {
        small.format(AV_PIX_FMT_YUV444P);
        small.width(width);
        small.height(height);
        Libav.check(av_frame_get_buffer(small, 0), Reason.TOO_LARGE, "no memory for a frame");
        bgr.create(height, width, opencv_core.CV_8UC3);
        pixels.create(Math.min(BAND, height), width, opencv_core.CV_8UC3);
        for (int y = 0; y < height; y += BAND) {
            int rows = Math.min(BAND, height - y);
            bands.add(new Band(planes(y, rows), pixels.rowRange(0, rows), bgr.rowRange(y, y + rows)));
        }
    }

    private MatVector planes(int y, int rows) {
        MatVector planes = new MatVector();
        for (int plane = 0; plane < 3; plane++) {
            int stride = small.linesize(plane);
            try (BytePointer first = small.data(plane).getPointer((long) y * stride);
                    Mat header = new Mat(rows, width, opencv_core.CV_8UC1, first, stride)) {
                planes.push_back(header);
            }
        }
        return planes;
    }

    /** {@code [height, width, 3]}, blue first, of {@code from}; overwritten by the next one. */
    Mat scale(AVFrame from) {
        Source source = new Source(from.width(), from.height(), from.format(), matrix(from), fullRange(from));
        if (!source.equals(prepared)) {
            prepare(source);
        }
        Libav.check(sws_scale_frame(context, small, from), Reason.DAMAGED_VIDEO, "a frame cannot be scaled");
        Mat matrix = Libav.allocated(toBgr);
        bands.forEach(band -> band.change(matrix));
        return bgr;
    }

    private void prepare(Source source) {
        forget();
        if (sws_isSupportedInput(source.format()) == 0) {
            throw new VitoException(Reason.UNSUPPORTED_CODEC, "frames in pixel format " + source.format());
        }
        SwsContext made = Libav.allocated(sws_getContext(
                source.width(),
                source.height(),
                source.format(),
                width,
                height,
                AV_PIX_FMT_YUV444P,
                SWS_AREA,
                null,
                null,
                (DoubleBuffer) null));
        context = made;
        boolean rgb = (av_pix_fmt_desc_get(source.format()).flags() & AV_PIX_FMT_FLAG_RGB) != 0;
        boolean full = rgb || source.fullRange();
        int refused = sws_setColorspaceDetails(
                made,
                sws_getCoefficients(SWS_CS_ITU601), // of two different ones, libav would go through RGB
                full ? 1 : 0,
                sws_getCoefficients(SWS_CS_ITU601),
                full ? 1 : 0,
                0,
                1 << 16,
                1 << 16);
        Libav.check(refused, Reason.UNSUPPORTED_CODEC, "no conversion from pixel format " + source.format());
        toBgr = ColourMatrix.toBgr(rgb ? AVCOL_SPC_SMPTE170M : source.matrix(), full);
        prepared = source;
    }

    private static int matrix(AVFrame frame) {
        return frame.colorspace() == AVCOL_SPC_UNSPECIFIED && frame.height() >= HD_HEIGHT
                ? AVCOL_SPC_BT709
                : frame.colorspace();
    }

    private static boolean fullRange(AVFrame frame) {
        return switch (frame.format()) {
            case AV_PIX_FMT_YUVJ420P,
                    AV_PIX_FMT_YUVJ422P,
                    AV_PIX_FMT_YUVJ444P,
                    AV_PIX_FMT_YUVJ440P,
                    AV_PIX_FMT_YUVJ411P -> true;
            default -> frame.color_range() == AVCOL_RANGE_JPEG;
        };
    }

    private void forget() {
        if (context != null) {
            sws_freeContext(context);
            context = null;
        }
        if (toBgr != null) {
            toBgr.close();
            toBgr = null;
        }
        prepared = null;
    }

    @Override
    public void close() {
        forget();
        bands.forEach(Band::close);
        pixels.close();
        bgr.close();
        av_frame_free(small);
    }
}
