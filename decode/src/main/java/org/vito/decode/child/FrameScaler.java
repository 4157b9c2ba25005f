package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.*;
import static org.bytedeco.ffmpeg.global.swscale.*;

import java.nio.DoubleBuffer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Scales frames by averaging areas, keeping what it prepared as long as frames look the same. */
final class FrameScaler implements AutoCloseable {
    private static final int HD_HEIGHT = 720; // from here on an unstated matrix is taken for BT.709

    private static final double LIMITED_RANGE_BIAS =
            0.5; // of chroma, by which libav gets too low in widening the range

    private record Source(int width, int height, int format, int matrix, boolean fullRange) {}

    private @Nullable SwsContext context;
    private @Nullable MatrixChange matrixChange;
    private @Nullable Source prepared;

    /** Scales {@code from} to the size of {@code to}, which is full range 4:2:0 in BT.601. */
    void scale(AVFrame from, AVFrame to) {
        Source source = new Source(from.width(), from.height(), from.format(), matrix(from), fullRange(from));
        if (!source.equals(prepared)) {
            prepare(source, to);
        }
        Libav.check(sws_scale_frame(context, to, from), Reason.DAMAGED_VIDEO, "a frame cannot be scaled");
        if (matrixChange != null) {
            matrixChange.apply(to);
        }
    }

    private void prepare(Source source, AVFrame to) {
        close();
        if (sws_isSupportedInput(source.format()) == 0) {
            throw new VitoException(Reason.UNSUPPORTED_CODEC, "frames in pixel format " + source.format());
        }
        SwsContext made = Libav.allocated(sws_getContext(
                source.width(),
                source.height(),
                source.format(),
                to.width(),
                to.height(),
                to.format(),
                SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP,
                null,
                null,
                (DoubleBuffer) null));
        context = made;
        boolean rgb = (av_pix_fmt_desc_get(source.format()).flags() & AV_PIX_FMT_FLAG_RGB) != 0;
        int refused = sws_setColorspaceDetails(
                made,
                sws_getCoefficients(SWS_CS_ITU601), // of another one, libav would go through RGB
                rgb || source.fullRange() ? 1 : 0,
                sws_getCoefficients(SWS_CS_ITU601),
                1,
                0,
                1 << 16,
                1 << 16);
        Libav.check(refused, Reason.UNSUPPORTED_CODEC, "no conversion from pixel format " + source.format());
        matrixChange = rgb ? null : change(source.matrix(), source.fullRange() ? 0 : LIMITED_RANGE_BIAS);
        prepared = source;
    }

    private static @Nullable MatrixChange change(int matrix, double chromaBias) {
        return switch (matrix) {
            case AVCOL_SPC_BT709 -> new MatrixChange(0.2126, 0.0722, chromaBias);
            case AVCOL_SPC_BT2020_NCL -> new MatrixChange(0.2627, 0.0593, chromaBias);
            case AVCOL_SPC_SMPTE240M -> new MatrixChange(0.212, 0.087, chromaBias);
            case AVCOL_SPC_FCC -> new MatrixChange(0.30, 0.11, chromaBias);
            default -> null; // BT.601 as it is
        };
    }

    private static int matrix(AVFrame frame) {
        return switch (frame.colorspace()) {
            case AVCOL_SPC_BT2020_CL -> AVCOL_SPC_BT2020_NCL;
            case AVCOL_SPC_UNSPECIFIED -> frame.height() >= HD_HEIGHT ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
            default -> frame.colorspace();
        };
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

    @Override
    public void close() {
        if (context != null) {
            sws_freeContext(context);
            context = null;
        }
        matrixChange = null;
        prepared = null;
    }
}
