package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;

/**
 * Makes small upright baseline JPEGs of decoded frames: one swscale step from the decoder's pixel format and size to full
 * range 4:2:0 in the matrix that JPEG files use (BT.601), a turn if the video asks for one, and libav's encoder at a fixed
 * quantiser.
 */
final class JpegEncoder implements AutoCloseable {
    private static final int QP_TO_LAMBDA = 118; // FF_QP2LAMBDA

    private final TargetSize size;
    private final Orientation orientation;
    private final int width;
    private final int height;
    private final FrameScaler scaler = new FrameScaler();
    private @Nullable AVFrame scaled;
    private @Nullable AVFrame turned;
    private @Nullable AVPacket packet;
    private @Nullable AVCodecContext encoder;
    private long count;

    private JpegEncoder(TargetSize size, Orientation orientation) {
        this.size = size;
        this.orientation = orientation;
        this.width = orientation.width(size.width(), size.height());
        this.height = orientation.height(size.width(), size.height());
    }

    /** The encoder for the frames of {@code input}. All its JPEGs have one size, whatever sizes the stream changes to. */
    static JpegEncoder forVideo(VideoInput input, int shortSide, int quantiser) {
        int[] aspect = input.pixelAspect();
        TargetSize size = TargetSize.of(input.width(), input.height(), aspect[0], aspect[1], shortSide);
        JpegEncoder jpeg = new JpegEncoder(size, input.orientation());
        try {
            jpeg.open(quantiser);
            return jpeg;
        } catch (RuntimeException | Error e) {
            jpeg.close();
            throw e;
        }
    }

    private void open(int quantiser) {
        scaled = picture(size.width(), size.height());
        turned = orientation.equals(Orientation.UPRIGHT) ? null : picture(width, height);
        packet = Libav.allocated(av_packet_alloc());
        var codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
        AVCodecContext context = Libav.allocated(avcodec_alloc_context3(codec));
        encoder = context;
        context.width(width);
        context.height(height);
        context.pix_fmt(AV_PIX_FMT_YUVJ420P);
        context.color_range(AVCOL_RANGE_JPEG);
        context.time_base().num(1).den(25);
        context.thread_count(1);
        context.flags(context.flags() | AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT);
        context.global_quality(QP_TO_LAMBDA * quantiser);
        Libav.check(
                avcodec_open2(context, codec, (AVDictionary) null), Reason.INTERNAL, "the JPEG encoder does not open");
    }

    private static AVFrame picture(int width, int height) {
        AVFrame frame = Libav.allocated(av_frame_alloc());
        frame.format(AV_PIX_FMT_YUVJ420P);
        frame.width(width);
        frame.height(height);
        frame.color_range(AVCOL_RANGE_JPEG);
        Libav.check(av_frame_get_buffer(frame, 0), Reason.TOO_LARGE, "no memory for a frame");
        return frame;
    }

    /** The JPEG of {@code frame}. */
    byte[] encode(AVFrame frame) {
        AVCodecContext context = Libav.allocated(encoder);
        AVPacket coded = Libav.allocated(packet);
        AVFrame picture = writable(scaled);
        scaler.scale(frame, picture);
        if (turned != null) {
            picture = turn(picture, writable(turned));
        }
        picture.pts(count++);
        picture.quality(context.global_quality());
        Libav.check(avcodec_send_frame(context, picture), Reason.INTERNAL, "the JPEG encoder takes no frame");
        Libav.check(avcodec_receive_packet(context, coded), Reason.INTERNAL, "the JPEG encoder gives no picture");
        try {
            byte[] jpeg = new byte[coded.size()];
            coded.data().capacity(jpeg.length).get(jpeg);
            return jpeg;
        } finally {
            av_packet_unref(coded);
        }
    }

    private static AVFrame writable(@Nullable AVFrame frame) {
        AVFrame present = Libav.allocated(frame);
        Libav.check(av_frame_make_writable(present), Reason.TOO_LARGE, "no memory for a frame");
        return present;
    }

    private AVFrame turn(AVFrame from, AVFrame to) {
        for (int plane = 0; plane < 3; plane++) {
            int w = plane == 0 ? size.width() : (size.width() + 1) / 2;
            int h = plane == 0 ? size.height() : (size.height() + 1) / 2;
            int shownHeight = orientation.height(w, h);
            orientation.turn(
                    from.data(plane).capacity((long) from.linesize(plane) * h).asByteBuffer(),
                    from.linesize(plane),
                    w,
                    h,
                    to.data(plane)
                            .capacity((long) to.linesize(plane) * shownHeight)
                            .asByteBuffer(),
                    to.linesize(plane));
        }
        return to;
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
        if (encoder != null) {
            avcodec_free_context(encoder);
            encoder = null;
        }
        if (packet != null) {
            av_packet_free(packet);
            packet = null;
        }
        if (scaled != null) {
            av_frame_free(scaled);
            scaled = null;
        }
        if (turned != null) {
            av_frame_free(turned);
            turned = null;
        }
    }
}
