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
 * range 4:2:0 in the matrix that JPEG files use (BT.601), a turn if the video asks for one, and libav's encoder with fixed
 * quantisation tables and the Huffman tables of the standard.
 */
final class JpegEncoder implements AutoCloseable {
    private static final int QP_TO_LAMBDA = 118; // FF_QP2LAMBDA
    private static final int TABLES_AS_THEY_ARE = 8; // libav multiplies tables by quantiser / 8

    private final TargetSize size;
    private final Orientation orientation;
    private final int width;
    private final int height;
    private final FrameScaler scaler = new FrameScaler();
    private @Nullable AVFrame scaled;
    private @Nullable AVFrame turned;
    private @Nullable AVFrame fetched;
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
    static JpegEncoder forVideo(VideoInput input, int shortSide, int quality) {
        int[] aspect = input.pixelAspect();
        TargetSize size = TargetSize.of(input.width(), input.height(), aspect[0], aspect[1], shortSide);
        JpegEncoder jpeg = new JpegEncoder(size, input.orientation());
        try {
            jpeg.open(quality);
            return jpeg;
        } catch (RuntimeException | Error e) {
            jpeg.close();
            throw e;
        }
    }

    private void open(int quality) {
        scaled = Libav.allocated(av_frame_alloc());
        turned = orientation.equals(Orientation.UPRIGHT) ? null : Libav.allocated(av_frame_alloc());
        fetched = Libav.allocated(av_frame_alloc());
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
        context.global_quality(QP_TO_LAMBDA * TABLES_AS_THEY_ARE);
        context.intra_matrix(JpegTables.forLibav(JpegTables.luma(quality)));
        context.chroma_intra_matrix(JpegTables.forLibav(JpegTables.chroma(quality)));
        AVDictionary options = new AVDictionary(null);
        try {
            av_dict_set(
                    options, "huffman", "default", 0); // a third faster than tables of its own, files a tenth larger
            Libav.check(avcodec_open2(context, codec, options), Reason.INTERNAL, "the JPEG encoder does not open");
        } finally {
            av_dict_free(options);
        }
    }

    /** The JPEG of {@code frame}. */
    byte[] encode(AVFrame frame) {
        AVCodecContext context = Libav.allocated(encoder);
        AVPacket coded = Libav.allocated(packet);
        AVFrame picture = emptied(Libav.allocated(scaled), size.width(), size.height());
        scaler.scale(HardwareDecoding.fetched(frame, Libav.allocated(fetched)), picture);
        if (turned != null) {
            picture = turn(picture, emptied(turned, width, height));
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

    /** {@code picture} with memory to write to: what it had before, the encoder may still hold. */
    private static AVFrame emptied(AVFrame picture, int width, int height) {
        av_frame_unref(picture);
        picture.format(AV_PIX_FMT_YUVJ420P);
        picture.width(width);
        picture.height(height);
        picture.color_range(AVCOL_RANGE_JPEG);
        Libav.check(av_frame_get_buffer(picture, 0), Reason.TOO_LARGE, "no memory for a frame");
        return picture;
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
        if (fetched != null) {
            av_frame_free(fetched);
            fetched = null;
        }
    }
}
