package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntToLongFunction;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;

/** A clip that a test makes with libav, sample by sample: what the decoder should find in it is known exactly. */
final class MadeClip {
    static final int INTERLACED = 1 << 3; // AV_FRAME_FLAG_INTERLACED

    final String container;
    final String codec;
    int pixelFormat = AV_PIX_FMT_YUV420P;
    int width = 128;
    int height = 96;
    int frames = 150;
    int keyframeInterval = 25;
    int bFrames;
    int matrix = AVCOL_SPC_SMPTE170M;
    int range = AVCOL_RANGE_MPEG;
    boolean interlaced;
    int unitNumerator = 1;
    int unitDenominator = 25;
    IntToLongFunction pts = i -> i;
    final Map<String, String> options = new LinkedHashMap<>();

    /** The value of a sample: {@code component} 0 to 3 as in the pixel format, {@code x}, {@code y} in its plane. */
    interface Picture {
        int sample(int frame, int component, int x, int y);
    }

    MadeClip(String container, String codec) {
        this.container = container;
        this.codec = codec;
    }

    MadeClip format(int pixels, int colourRange) {
        pixelFormat = pixels;
        range = colourRange;
        return this;
    }

    MadeClip groups(int interval, int between) {
        keyframeInterval = interval;
        bFrames = between;
        return this;
    }

    MadeClip times(int numerator, int denominator, IntToLongFunction ticks) {
        unitNumerator = numerator;
        unitDenominator = denominator;
        pts = ticks;
        return this;
    }

    MadeClip size(int w, int h) {
        width = w;
        height = h;
        return this;
    }

    MadeClip option(String key, String value) {
        options.put(key, value);
        return this;
    }

    MadeClip interlaced() {
        interlaced = true;
        return this;
    }

    /** Every frame shows its number. */
    Path write(Path file) {
        int black = range == AVCOL_RANGE_JPEG ? 0 : 16;
        int white = range == AVCOL_RANGE_JPEG ? 255 : 235;
        int shift = Samples.depth(pixelFormat) - 8;
        boolean rgb = Samples.isRgb(pixelFormat);
        return write(file, (frame, component, x, y) -> {
            if (component > 0 && !rgb) {
                return component == 3 ? 255 << shift : 128 << shift;
            }
            int bit = y * 4 / height * 4 + x * 4 / width;
            return ((frame >> bit & 1) == 1 ? white : black) << shift;
        });
    }

    Path write(Path file, Picture picture) {
        Libav.load();
        AVFormatContext muxer = new AVFormatContext(null);
        check(avformat_alloc_output_context2(muxer, null, container, file.toString()));
        AVCodec encoder = avcodec_find_encoder_by_name(codec);
        if (encoder == null) {
            throw new AssertionError("libav has no encoder " + codec);
        }
        AVCodecContext coding = avcodec_alloc_context3(encoder);
        configure(coding, (muxer.oformat().flags() & AVFMT_GLOBALHEADER) != 0);
        AVDictionary given = new AVDictionary(null);
        options.forEach((key, value) -> av_dict_set(given, key, value, 0));
        check(avcodec_open2(coding, encoder, given));
        AVStream stream = avformat_new_stream(muxer, null);
        check(avcodec_parameters_from_context(stream.codecpar(), coding));
        stream.time_base(coding.time_base());
        stream.avg_frame_rate(coding.framerate());
        AVIOContext bytes = new AVIOContext(null);
        check(avio_open(bytes, "file:" + file, AVIO_FLAG_WRITE));
        muxer.pb(bytes);
        check(avformat_write_header(muxer, (AVDictionary) null));
        AVPacket packet = av_packet_alloc();
        for (int i = 0; i < frames; i++) {
            AVFrame frame = frame(i, picture);
            encode(coding, frame, packet, muxer, stream);
            av_frame_free(frame);
        }
        encode(coding, null, packet, muxer, stream);
        check(av_write_trailer(muxer));
        avio_closep(bytes);
        av_packet_free(packet);
        av_dict_free(given);
        avcodec_free_context(coding);
        avformat_free_context(muxer);
        return file;
    }

    private void configure(AVCodecContext coding, boolean globalHeader) {
        coding.width(width);
        coding.height(height);
        coding.pix_fmt(pixelFormat);
        coding.colorspace(matrix);
        coding.color_range(range);
        coding.time_base().num(unitNumerator).den(unitDenominator);
        coding.framerate().num(25).den(1);
        coding.bit_rate(600_000);
        coding.gop_size(keyframeInterval);
        coding.max_b_frames(bFrames);
        coding.thread_count(1);
        coding.strict_std_compliance(-1); // limited range in motion JPEG, among others
        int flags = coding.flags();
        flags |= globalHeader ? AV_CODEC_FLAG_GLOBAL_HEADER : 0;
        flags |= interlaced ? AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME : 0;
        coding.flags(flags);
    }

    private AVFrame frame(int number, Picture picture) {
        AVFrame frame = av_frame_alloc();
        frame.format(pixelFormat);
        frame.width(width);
        frame.height(height);
        frame.colorspace(matrix);
        frame.color_range(range);
        frame.pts(pts.applyAsLong(number));
        if (interlaced) {
            frame.flags(frame.flags() | INTERLACED | 1 << 4); // the top field first
        }
        check(av_frame_get_buffer(frame, 0));
        Samples.fill(frame, (component, x, y) -> picture.sample(number, component, x, y));
        return frame;
    }

    private static void encode(
            AVCodecContext coding, @Nullable AVFrame frame, AVPacket packet, AVFormatContext muxer, AVStream stream) {
        check(avcodec_send_frame(coding, frame));
        while (true) {
            int got = avcodec_receive_packet(coding, packet);
            if (got == Libav.EAGAIN || got == AVERROR_EOF()) {
                return;
            }
            check(got);
            packet.stream_index(stream.index());
            av_packet_rescale_ts(packet, coding.time_base(), stream.time_base());
            check(av_interleaved_write_frame(muxer, packet));
        }
    }

    private static void check(int code) {
        Libav.check(code, Reason.INTERNAL, "making a clip");
    }
}
