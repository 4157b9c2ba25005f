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

    private record Source(int width, int height, int format, int matrix, boolean fullRange) {}

    private @Nullable SwsContext context;
    private @Nullable Source prepared;

    /** Scales {@code from} to the size of {@code to}, which is full range 4:2:0 in BT.601. */
    void scale(AVFrame from, AVFrame to) {
        Source source = new Source(from.width(), from.height(), from.format(), matrix(from), fullRange(from));
        if (!source.equals(prepared)) {
            prepare(source, to);
        }
        Libav.check(sws_scale_frame(context, to, from), Reason.DAMAGED_VIDEO, "a frame cannot be scaled");
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
                SWS_AREA | SWS_ACCURATE_RND,
                null,
                null,
                (DoubleBuffer) null));
        context = made;
        int refused = sws_setColorspaceDetails(
                made,
                sws_getCoefficients(source.matrix()),
                source.fullRange() ? 1 : 0,
                sws_getCoefficients(SWS_CS_ITU601),
                1,
                0,
                1 << 16,
                1 << 16);
        Libav.check(refused, Reason.UNSUPPORTED_CODEC, "no conversion from pixel format " + source.format());
        prepared = source;
    }

    private static int matrix(AVFrame frame) {
        return switch (frame.colorspace()) {
            case AVCOL_SPC_BT709, AVCOL_SPC_FCC, AVCOL_SPC_SMPTE240M -> frame.colorspace();
            case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL -> SWS_CS_BT2020;
            case AVCOL_SPC_UNSPECIFIED -> frame.height() >= HD_HEIGHT ? SWS_CS_ITU709 : SWS_CS_ITU601;
            default -> SWS_CS_ITU601;
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
        prepared = null;
    }
}
