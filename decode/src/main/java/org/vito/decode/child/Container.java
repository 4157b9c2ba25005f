package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avcodec.AVDISCARD_ALL;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_descriptor_get_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecDescriptor;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.jspecify.annotations.Nullable;
import org.vito.decode.child.v1.Limits;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A file opened by the demuxer that its content (never its name) calls for, if that one is allowed. The file is opened by
 * libav's {@code file} protocol and nothing that it may refer to is opened at all.
 */
final class Container implements AutoCloseable {
    private static final int PLAUSIBLE_SCORE = 50; // AVPROBE_SCORE_EXTENSION: below it, libav is guessing
    private static final int PROBE_BYTES = 1 << 20;

    private final String path;
    private final String name;
    private @Nullable AVIOContext bytes;
    private @Nullable AVFormatContext context;

    private Container(String path, String name, AVIOContext bytes) {
        this.path = path;
        this.name = name;
        this.bytes = bytes;
    }

    static Container open(String path, Limits limits) {
        refuseEmpty(path);
        AVIOContext bytes = openBytes(path);
        Container container = null;
        try {
            AVInputFormat format = new AVInputFormat(null);
            int score = av_probe_input_buffer2(bytes, format, "", null, 0, PROBE_BYTES);
            if (score < 0 || format.isNull()) {
                throw new VitoException(Reason.NOT_A_VIDEO, path + " is in no container that libav knows");
            }
            String name = format.name().getString();
            refuseUnlisted(path, name, score, limits.getContainersList());
            container = new Container(path, name, bytes);
            container.openContext(format, limits);
            return container;
        } catch (RuntimeException | Error e) {
            if (container != null) {
                container.close();
            } else {
                avio_closep(bytes);
            }
            throw e;
        }
    }

    private static void refuseEmpty(String path) {
        try {
            if (Files.size(Path.of(path)) == 0) {
                throw new VitoException(Reason.EMPTY, path + " has no bytes");
            }
        } catch (IOException e) {
            throw new VitoException(Reason.NOT_FOUND, path + " cannot be read: " + e, e);
        }
    }

    private static AVIOContext openBytes(String path) {
        AVIOContext bytes = new AVIOContext(null);
        AVDictionary options = new AVDictionary(null);
        try {
            av_dict_set(options, "protocol_whitelist", "file", 0);
            Libav.check(
                    avio_open2(bytes, "file:" + path, AVIO_FLAG_READ, (AVIOInterruptCB) null, options),
                    Reason.NOT_FOUND,
                    path);
            return bytes;
        } finally {
            av_dict_free(options);
        }
    }

    private static void refuseUnlisted(String path, String name, int score, List<String> allowed) {
        if (allowed.contains(name)) {
            return;
        }
        boolean picture = name.endsWith("_pipe") || name.equals("image2");
        throw new VitoException(
                score >= PLAUSIBLE_SCORE && !picture ? Reason.UNSUPPORTED_CODEC : Reason.NOT_A_VIDEO,
                "%s looks like %s (score %d); allowed containers are %s".formatted(path, name, score, allowed));
    }

    private void openContext(AVInputFormat format, Limits limits) {
        AVFormatContext opening = Libav.allocated(avformat_alloc_context());
        opening.pb(bytes);
        AVDictionary options = new AVDictionary(null);
        try {
            av_dict_set(options, "protocol_whitelist", "none", 0);
            av_dict_set(options, "format_whitelist", format.name().getString(), 0);
            av_dict_set(options, "codec_whitelist", decoders(limits.getCodecsList()), 0);
            // on failure libav frees the context, but not the bytes that were given to it
            Libav.check(
                    avformat_open_input(opening, "", format, options), Reason.DAMAGED_VIDEO, path + " does not open");
            context = opening;
            av_log_set_level(AV_LOG_FATAL); // it complains of every sound track, whose decoder is not on the list
            Libav.check(
                    avformat_find_stream_info(opening, (AVDictionary) null),
                    Reason.DAMAGED_VIDEO,
                    path + " does not say what is in it");
        } finally {
            av_log_set_level(AV_LOG_ERROR);
            av_dict_free(options);
        }
    }

    /** Names of the decoders of {@code codecs}, which are not always those of the codecs, with commas between. */
    private static String decoders(List<String> codecs) {
        return codecs.stream()
                .map(Container::decoder)
                .filter(decoder -> !decoder.isEmpty())
                .collect(Collectors.joining(","));
    }

    private static String decoder(String codec) {
        AVCodecDescriptor descriptor = avcodec_descriptor_get_by_name(codec);
        AVCodec decoder = descriptor == null ? null : avcodec_find_decoder(descriptor.id());
        return decoder == null ? "" : decoder.name().getString();
    }

    /** The best video stream; all others are told to be passed over. */
    AVStream videoStream() {
        int index = av_find_best_stream(context(), AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
        if (index < 0) {
            throw new VitoException(
                    index == AVERROR_DECODER_NOT_FOUND() ? Reason.UNSUPPORTED_CODEC : Reason.NOT_A_VIDEO,
                    path + " holds no video stream that libav can decode");
        }
        AVStream video = context().streams(index);
        if ((video.disposition() & AV_DISPOSITION_ATTACHED_PIC) != 0) {
            throw new VitoException(Reason.NOT_A_VIDEO, path + " holds a cover picture, but no video stream");
        }
        for (int i = 0; i < context().nb_streams(); i++) {
            if (i != index) {
                context().streams(i).discard(AVDISCARD_ALL);
            }
        }
        return video;
    }

    /** The title tag, or empty. */
    String title() {
        var entry = av_dict_get(context().metadata(), "title", null, 0);
        return entry == null ? "" : entry.value().getString(StandardCharsets.UTF_8);
    }

    String name() {
        return name;
    }

    AVFormatContext context() {
        if (context == null) {
            throw new IllegalStateException(path + " is closed");
        }
        return context;
    }

    @Override
    public void close() {
        if (context != null) {
            avformat_close_input(context);
            context = null;
        }
        if (bytes != null) {
            avio_closep(bytes);
            bytes = null;
        }
    }
}
