package org.vito.decode;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;
import static org.bytedeco.ffmpeg.global.swscale.*;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.vito.decode.child.Libav;

/** Writes videos with libav in this process: the frames are our own, so nothing needs to be kept apart. */
final class LibavVideoWriter implements VideoWriter {
    private static final AtRate NINETY_KHZ = new AtRate(1, 90_000);
    private static final AtRate THIRTY_KHZ =
            new AtRate(1, 30_000); // MPEG-4 part 2 counts at most 65,535 ticks a second

    /**
     * What only tests need.
     *
     * @param bFrames most B-frames in a row, 0 = none
     * @param degrees clockwise turn that players are told to make: 0, 90, 180 or 270
     * @param firstPtsUs presentation time of pts 0 in the file, may be negative
     * @param aspectNumerator width of a pixel
     * @param aspectDenominator height of a pixel
     */
    record Extras(int bFrames, int degrees, long firstPtsUs, int aspectNumerator, int aspectDenominator) {
        static final Extras NONE = new Extras(0, 0, 0, 1, 1);

        static Extras bFrames(int most) {
            return new Extras(most, 0, 0, 1, 1);
        }

        static Extras turned(int degrees) {
            return new Extras(0, degrees, 0, 1, 1);
        }
    }

    private record AtRate(int numerator, int denominator) {}

    private final Path file;
    private final Format format;
    private final Extras extras;
    private final AtRate timeBase;
    private @Nullable AVFormatContext container;
    private @Nullable AVIOContext bytes;
    private @Nullable AVCodecContext encoder;
    private @Nullable SwsContext scaler;
    private @Nullable AVFrame rgbFrame;
    private @Nullable AVFrame frame;
    private @Nullable AVPacket packet;
    private @Nullable AVStream stream;
    private boolean closed;
    private long lastPts = Long.MIN_VALUE;

    private LibavVideoWriter(Path file, Format format, Extras extras) {
        this.file = file;
        this.format = format;
        this.extras = extras;
        this.timeBase = timeBase(format);
    }

    private static AtRate timeBase(Format format) {
        if (format.container().equals("avi")) { // which counts frames, not time
            AVRational rate = av_d2q(format.framesPerSecond(), 1_001_000);
            return new AtRate(rate.den(), rate.num());
        }
        return format.codec().equals("mpeg4") ? THIRTY_KHZ : NINETY_KHZ;
    }

    static VideoWriter create(Path file, Format format, Extras extras) throws IOException {
        Libav.load();
        if (format.width() <= 0 || format.height() <= 0 || format.width() % 2 != 0 || format.height() % 2 != 0) {
            throw new IOException(
                    "frames of %d×%d: both must be positive and even".formatted(format.width(), format.height()));
        }
        LibavVideoWriter writer = new LibavVideoWriter(file, format, extras);
        try {
            writer.open();
            return writer;
        } catch (IOException | RuntimeException | Error e) {
            writer.free();
            throw e;
        }
    }

    private void open() throws IOException {
        AVFormatContext opening = new AVFormatContext(null);
        check(avformat_alloc_output_context2(opening, null, format.container(), file.toString()), "no container");
        container = opening;
        AVCodec codec = avcodec_find_encoder_by_name(format.codec());
        if (codec == null) {
            throw new IOException("libav has no encoder " + format.codec());
        }
        AVCodecContext coding = Libav.allocated(avcodec_alloc_context3(codec));
        encoder = coding;
        configure(coding, opening);
        AVDictionary options = new AVDictionary(null);
        try {
            if (format.codec().startsWith("libvpx")) {
                av_dict_set(options, "deadline", "realtime", 0);
                av_dict_set(options, "cpu-used", "8", 0);
            }
            check(avcodec_open2(coding, codec, options), "encoder " + format.codec() + " does not open");
        } finally {
            av_dict_free(options);
        }
        begin(opening, coding);
        allocate(coding);
    }

    private void configure(AVCodecContext coding, AVFormatContext opening) {
        coding.width(format.width());
        coding.height(format.height());
        coding.time_base().num(timeBase.numerator()).den(timeBase.denominator());
        AVRational rate = av_d2q(format.framesPerSecond(), 1_001_000);
        coding.framerate().num(rate.num()).den(rate.den());
        coding.sample_aspect_ratio().num(extras.aspectNumerator()).den(extras.aspectDenominator());
        coding.bit_rate(format.bitsPerSecond());
        coding.gop_size(format.keyframeInterval());
        coding.max_b_frames(extras.bFrames());
        coding.thread_count(1);
        switch (format.codec()) {
            case "mjpeg" -> {
                coding.pix_fmt(AV_PIX_FMT_YUVJ420P);
                coding.color_range(AVCOL_RANGE_JPEG);
            }
            case "ffv1" -> coding.pix_fmt(AV_PIX_FMT_BGR0);
            default -> {
                coding.pix_fmt(AV_PIX_FMT_YUV420P);
                coding.colorspace(AVCOL_SPC_SMPTE170M);
                coding.color_range(AVCOL_RANGE_MPEG);
            }
        }
        if ((opening.oformat().flags() & AVFMT_GLOBALHEADER) != 0) {
            coding.flags(coding.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
        }
    }

    private void begin(AVFormatContext opening, AVCodecContext coding) throws IOException {
        AVStream added = Libav.allocated(avformat_new_stream(opening, null));
        stream = added;
        check(avcodec_parameters_from_context(added.codecpar(), coding), "no stream");
        boolean counted = format.container().equals("avi");
        added.time_base().num(counted ? timeBase.numerator() : 1).den(counted ? timeBase.denominator() : 90_000);
        added.avg_frame_rate()
                .num(coding.framerate().num())
                .den(coding.framerate().den());
        added.sample_aspect_ratio().num(extras.aspectNumerator()).den(extras.aspectDenominator());
        if (extras.degrees() != 0) {
            turn(added);
        }
        AVIOContext opened = new AVIOContext(null);
        check(avio_open(opened, "file:" + file.toAbsolutePath(), AVIO_FLAG_WRITE), "cannot write " + file);
        bytes = opened;
        opening.pb(opened);
        AVDictionary options = new AVDictionary(null);
        try {
            check(avformat_write_header(opening, options), format.codec() + " does not go into " + format.container());
        } finally {
            av_dict_free(options);
        }
    }

    private void turn(AVStream added) {
        int one = 1 << 16;
        int[] m = // columns of ISO 14496-12's matrix: a, b, u, c, d, v, x, y, w
                switch (extras.degrees()) {
                    case 90 -> new int[] {0, one, 0, -one, 0, 0, 0, 0, 1 << 30};
                    case 180 -> new int[] {-one, 0, 0, 0, -one, 0, 0, 0, 1 << 30};
                    case 270 -> new int[] {0, -one, 0, one, 0, 0, 0, 0, 1 << 30};
                    default -> throw new IllegalArgumentException("a turn of " + extras.degrees());
                };
        var parameters = added.codecpar();
        int[] count = {parameters.nb_coded_side_data()};
        AVPacketSideData all = count[0] > 0 ? parameters.coded_side_data() : new AVPacketSideData(null);
        var side = Libav.allocated(av_packet_side_data_new(all, count, AV_PKT_DATA_DISPLAYMATRIX, 36, 0));
        parameters.coded_side_data(all);
        parameters.nb_coded_side_data(count[0]);
        side.data()
                .capacity(36)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asIntBuffer()
                .put(m);
    }

    private void allocate(AVCodecContext coding) throws IOException {
        packet = Libav.allocated(av_packet_alloc());
        rgbFrame = picture(AV_PIX_FMT_RGB24);
        frame = picture(coding.pix_fmt());
        scaler = Libav.allocated(sws_getContext(
                format.width(),
                format.height(),
                AV_PIX_FMT_RGB24,
                format.width(),
                format.height(),
                coding.pix_fmt(),
                SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP,
                null,
                null,
                (DoubleBuffer) null));
    }

    private AVFrame picture(int pixelFormat) throws IOException {
        AVFrame made = Libav.allocated(av_frame_alloc());
        made.format(pixelFormat);
        made.width(format.width());
        made.height(format.height());
        check(av_frame_get_buffer(made, 0), "no memory for a frame");
        return made;
    }

    @Override
    public void frame(byte[] rgb, long ptsUs) throws IOException {
        int rowBytes = 3 * format.width();
        if (closed || rgb.length != rowBytes * format.height()) {
            throw new IOException(
                    closed ? "the writer is closed" : rgb.length + " bytes, expected " + rowBytes * format.height());
        }
        long pts = Math.round(
                (double) (ptsUs + extras.firstPtsUs()) * timeBase.denominator() / (1_000_000.0 * timeBase.numerator()));
        if (pts <= lastPts) {
            throw new IOException("frame at %d us is not later than the one before".formatted(ptsUs));
        }
        lastPts = pts;
        AVFrame from = Libav.allocated(rgbFrame);
        AVFrame to = Libav.allocated(frame);
        check(av_frame_make_writable(from), "no memory for a frame");
        check(av_frame_make_writable(to), "no memory for a frame");
        for (int y = 0; y < format.height(); y++) {
            new BytePointer(from.data(0)).position((long) y * from.linesize(0)).put(rgb, y * rowBytes, rowBytes);
        }
        check(sws_scale_frame(scaler, to, from), "cannot convert a frame");
        to.pts(pts);
        send(to);
    }

    private void send(@Nullable AVFrame next) throws IOException {
        AVCodecContext coding = Libav.allocated(encoder);
        AVPacket out = Libav.allocated(packet);
        AVStream to = Libav.allocated(stream);
        check(avcodec_send_frame(coding, next), "the encoder takes no frame");
        while (true) {
            int got = avcodec_receive_packet(coding, out);
            if (got == Libav.EAGAIN || got == AVERROR_EOF()) {
                return;
            }
            check(got, "the encoder gives no packet");
            if (out.duration() <= 0) {
                out.duration(Math.max(
                        1, Math.round(timeBase.denominator() / (format.framesPerSecond() * timeBase.numerator()))));
            }
            out.stream_index(to.index());
            av_packet_rescale_ts(out, coding.time_base(), to.time_base());
            check(av_interleaved_write_frame(container, out), "cannot write " + file);
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            send(null);
            check(av_write_trailer(container), "cannot finish " + file);
        } finally {
            free();
        }
    }

    private void free() {
        closed = true;
        if (scaler != null) {
            sws_freeContext(scaler);
            scaler = null;
        }
        if (rgbFrame != null) {
            av_frame_free(rgbFrame);
            rgbFrame = null;
        }
        if (frame != null) {
            av_frame_free(frame);
            frame = null;
        }
        if (packet != null) {
            av_packet_free(packet);
            packet = null;
        }
        if (encoder != null) {
            avcodec_free_context(encoder);
            encoder = null;
        }
        if (bytes != null) {
            avio_closep(bytes);
            bytes = null;
        }
        if (container != null) {
            avformat_free_context(container);
            container = null;
        }
    }

    private void check(int code, String what) throws IOException {
        if (code < 0) {
            throw new IOException(
                    "%s (%s in %s): %s".formatted(what, format.codec(), format.container(), Libav.words(code)));
        }
    }
}
