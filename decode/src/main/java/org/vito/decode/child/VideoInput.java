package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.vito.decode.child.v1.Hardware;
import org.vito.decode.child.v1.Limits;
import org.vito.decode.child.v1.Request;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** The video stream of one file, decoded frame by frame in order of presentation. Not safe for use by several threads. */
final class VideoInput implements AutoCloseable {
    private static final int INDEX_KEYFRAME = 1; // AVINDEX_KEYFRAME
    private static final List<String> WITH_INDEX = List.of("mov", "matroska", "avi");

    private final Request request;
    private final Container container;
    private final AVStream stream;
    private final TimeBase timeBase;
    private final SkipRule skipRule;
    private final PacketQueue packets;
    private @Nullable AVCodecContext decoder;
    private long neededFrom = Libav.NO_TIME;
    private boolean drained;
    private long decodedFrames;
    private int discarding = AVDISCARD_DEFAULT;
    private int lastError;
    private final Damage damage;
    private final Ordinal fed = new Ordinal();

    /** Number of the packet fed last, as libav hands it on to the frame that was in it: a pointer that points to nothing. */
    private static final class Ordinal extends Pointer {
        Ordinal next() {
            address++;
            return this;
        }
    }

    private VideoInput(Request request, Container container, AVStream stream, Damage damage) {
        this.request = request;
        this.damage = damage;
        this.container = container;
        this.stream = stream;
        this.timeBase = new TimeBase(
                stream.time_base().num(), Math.max(1, stream.time_base().den()));
        this.skipRule = SkipRule.of(container.name(), stream.codecpar());
        this.packets = new PacketQueue(container.context(), stream.index(), skipRule.packetsAhead());
    }

    /** {@link #open(Request, Damage)}, for those who do not ask what is damaged. */
    static VideoInput open(Request request) {
        return open(request, new Damage());
    }

    /**
     * Opens the file, and the decoder of its best video stream.
     *
     * @param damage told of packets that are broken
     * @throws VitoException EMPTY, NOT_A_VIDEO, UNSUPPORTED_CODEC, DAMAGED_VIDEO or TOO_LARGE
     */
    static VideoInput open(Request request, Damage damage) {
        Container container = Container.open(request.getPath(), request.getLimits());
        VideoInput input = null;
        try {
            input = new VideoInput(request, container, container.videoStream(), damage);
            input.openDecoder(request.getPath(), request.getLimits());
            return input;
        } catch (RuntimeException | Error e) {
            if (input != null) {
                input.close();
            } else {
                container.close();
            }
            throw e;
        }
    }

    private void openDecoder(String path, Limits limits) {
        int id = stream.codecpar().codec_id();
        String name = codecName();
        if (!limits.getCodecsList().contains(name)) {
            throw new VitoException(
                    Reason.UNSUPPORTED_CODEC,
                    "%s is coded as %s; allowed are %s".formatted(path, name, limits.getCodecsList()));
        }
        long pixels = (long) stream.codecpar().width() * stream.codecpar().height();
        if (pixels > limits.getMaxPixels()) {
            throw new VitoException(
                    Reason.TOO_LARGE,
                    "%s has frames of %d×%d pixels; at most %d pixels are allowed"
                            .formatted(
                                    path,
                                    stream.codecpar().width(),
                                    stream.codecpar().height(),
                                    limits.getMaxPixels()));
        }
        AVCodec codec = avcodec_find_decoder(id);
        if (codec == null) {
            throw new VitoException(
                    Reason.UNSUPPORTED_CODEC,
                    "%s is coded as %s, for which libav has no decoder".formatted(path, name));
        }
        AVCodecContext opened = Libav.allocated(avcodec_alloc_context3(codec));
        decoder = opened;
        Libav.check(avcodec_parameters_to_context(opened, stream.codecpar()), Reason.DAMAGED_VIDEO, path);
        opened.thread_count(1);
        opened.max_pixels(limits.getMaxPixels());
        opened.pkt_timebase(stream.time_base());
        opened.flags(opened.flags() | AV_CODEC_FLAG_COPY_OPAQUE);
        opened.err_recognition(AV_EF_CRCCHECK);
        if (request.getHardware() == Hardware.HARDWARE_CUDA) {
            HardwareDecoding.useIfThere(opened, codec);
        }
        Libav.check(
                avcodec_open2(opened, codec, (AVDictionary) null),
                Reason.DAMAGED_VIDEO,
                "decoder " + name + " does not open " + path);
    }

    /**
     * Decodes the next frame into {@code frame}, which is emptied first. Packets that do not decode are passed over, and so are
     * frames that {@link #needFrom} makes needless.
     *
     * @return false at the end of the stream
     */
    boolean next(AVFrame frame) {
        while (true) {
            int got = avcodec_receive_frame(decoder, frame);
            if (got >= 0) {
                decodedFrames++;
                if (decodedFrames > request.getLimits().getMaxFrames()) {
                    throw new VitoException(
                            Reason.TOO_LARGE,
                            "more than %d frames for one request"
                                    .formatted(request.getLimits().getMaxFrames()));
                }
                skipRule.saw(frame);
                return true;
            }
            if (got == AVERROR_EOF() || drained) {
                return false;
            }
            if (got != Libav.EAGAIN) {
                lastError = Libav.survivable(got);
                damage.broken(fed.address(), Libav.NO_TIME, Libav.words(got));
            }
            feed();
        }
    }

    private void feed() {
        AVCodecContext feeding = Libav.allocated(decoder);
        while (true) {
            PacketQueue.Entry entry = packets.take();
            if (entry == null) { // a broken tail ends the stream as a proper end does
                lastError = packets.lastError() == 0 ? lastError : Libav.survivable(packets.lastError());
                drained = true;
                avcodec_send_packet(feeding, null);
                return;
            }
            try {
                boolean needless = skipRule.needless(entry, packets, neededFrom);
                if (needless && skipRule.dropsPackets()) {
                    continue;
                }
                int discard = needless ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
                if (discard != discarding) {
                    discarding = discard;
                    feeding.skip_frame(discard);
                }
                entry.packet().opaque(fed.next());
                if (entry.trouble() != null) {
                    damage.broken(fed.address(), entry.time(), entry.trouble());
                }
                long before = Complaints.count();
                int sent = avcodec_send_packet(feeding, entry.packet());
                if (Complaints.count() != before) {
                    damage.broken(fed.address(), entry.time(), Complaints.last());
                } else if (sent < 0) {
                    damage.broken(fed.address(), entry.time(), Libav.words(sent));
                }
                if (sent >= 0) {
                    return;
                }
                lastError = Libav.survivable(sent);
            } finally {
                packets.give(entry);
            }
        }
    }

    /**
     * Says that of the frames presented up to {@code ticks} only the last is needed: those before it, which no other frame
     * refers to, may be left out. Never takes back what was said before.
     */
    void needFrom(long ticks) {
        neededFrom = Math.max(neededFrom, ticks);
    }

    /** A time that the frame presented after one at {@code ticks} is not before; {@code ticks} if none is certain. */
    long nextIsNotBefore(long ticks) {
        return skipRule.nextIsNotBefore(ticks, packets);
    }

    /** Moves to the last keyframe at or before {@code ticks} in the container's order. @return whether that worked */
    boolean seek(long ticks) {
        if (av_seek_frame(container.context(), stream.index(), ticks, AVSEEK_FLAG_BACKWARD) < 0) {
            return false;
        }
        packets.clear();
        restart();
        return true;
    }

    /** Passes over packets until {@code count} were read since the file was opened. @return whether that worked */
    boolean skipTo(long count) {
        if (!packets.skipTo(count)) {
            return false;
        }
        restart();
        return true;
    }

    private void restart() {
        avcodec_flush_buffers(decoder);
        drained = false;
        skipRule.restart();
    }

    /**
     * Times of the keyframes that the container's index lists, ascending, in ticks; empty if it has none. Asked before anything
     * is decoded, and leaves the input at its beginning.
     */
    long[] indexedKeyframes() {
        if (WITH_INDEX.stream().noneMatch(container.name()::contains)) {
            return new long[0]; // libav lists what it happens to have read
        }
        seek(startTicks()); // some read their index at the first seek only
        int count = Math.max(0, avformat_index_get_entries_count(stream));
        long[] times = new long[count];
        int found = 0;
        for (int i = 0; i < count; i++) {
            var entry = avformat_index_get_entry(stream, i);
            if (entry != null && (entry.flags() & INDEX_KEYFRAME) != 0) {
                times[found++] = entry.timestamp();
            }
        }
        long[] keyframes = Arrays.copyOf(times, found);
        Arrays.sort(keyframes);
        return keyframes;
    }

    private long startTicks() {
        return stream.start_time() == Libav.NO_TIME ? 0 : stream.start_time();
    }

    /** Nominal time between frames in ticks, at least 1. */
    long frameTicks() {
        return Math.max(1, timeBase.ticks(Math.round(1e6 / framesPerSecond())));
    }

    /** Average frame rate; 25 where the file states none. */
    double framesPerSecond() {
        AVRational rate = stream.avg_frame_rate();
        double average = rate.den() > 0 ? (double) rate.num() / rate.den() : 0;
        return average > 0 && average < 10_000 ? average : 25;
    }

    /**
     * End of the last frame after one at {@code originTicks}, in ticks: as the stream states it, or else read off the last
     * packets, because what containers state as a whole counts from anywhere. Leaves the input at its end.
     */
    long endTicks(long originTicks) {
        if (stream.duration() > 0) {
            return originTicks + stream.duration();
        }
        long whole = container.context().duration(); // microseconds
        if (whole > 0) {
            seek(startTicks() + timeBase.ticks(whole)); // saves reading; if it does not work, all is read
        }
        long end = originTicks + frameTicks();
        for (PacketQueue.Entry entry = packets.take(); entry != null; entry = packets.take()) {
            AVPacket packet = entry.packet();
            long time = entry.time() != Libav.NO_TIME ? entry.time() : packet.dts();
            if (time != Libav.NO_TIME) {
                end = Math.max(end, time + (packet.duration() > 0 ? packet.duration() : frameTicks()));
            }
            packets.give(entry);
        }
        return end;
    }

    /** Number of the packet that {@code frame} was in, in the order of decoding; of a decoder that does not say, the last. */
    long packetOf(AVFrame frame) {
        Pointer handedOn = frame.opaque();
        return handedOn == null ? fed.address() : handedOn.address();
    }

    /** How frames must be turned to be upright. */
    Orientation orientation() {
        var parameters = stream.codecpar();
        if (parameters.nb_coded_side_data() == 0) {
            return Orientation.UPRIGHT;
        }
        var side = av_packet_side_data_get(
                parameters.coded_side_data(), parameters.nb_coded_side_data(), AV_PKT_DATA_DISPLAYMATRIX);
        if (side == null || side.size() < 36) {
            return Orientation.UPRIGHT;
        }
        var matrix = new BytePointer(side.data()).capacity(36).asByteBuffer().order(ByteOrder.nativeOrder());
        return Orientation.of(matrix.getInt(0), matrix.getInt(4), matrix.getInt(12), matrix.getInt(16));
    }

    /** Aspect ratio of a pixel as {numerator, denominator}; zeros if unknown. */
    int[] pixelAspect() {
        AVRational stated = stream.sample_aspect_ratio();
        if (stated.num() <= 0 || stated.den() <= 0) {
            stated = stream.codecpar().sample_aspect_ratio();
        }
        return new int[] {stated.num(), stated.den()};
    }

    int width() {
        return stream.codecpar().width();
    }

    int height() {
        return stream.codecpar().height();
    }

    TimeBase timeBase() {
        return timeBase;
    }

    long decodedFrames() {
        return decodedFrames;
    }

    String codecName() {
        return avcodec_get_name(stream.codecpar().codec_id()).getString();
    }

    Container container() {
        return container;
    }

    /** libav's words for the last thing that went wrong. */
    String trouble() {
        return lastError == 0 ? "no frame in it" : Libav.words(lastError);
    }

    @Override
    public void close() {
        if (decoder != null) {
            avcodec_free_context(decoder);
            decoder = null;
        }
        packets.close();
        container.close();
    }
}
