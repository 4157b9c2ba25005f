package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avcodec.*;

import java.util.Arrays;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Which packets hold nothing that is needed, by the times that packets state.
 *
 * <p>While frames are wanted from a time on, the frame nearest to that time is either the last one up to it or the first one
 * after it. So a packet whose frame is presented before another one that is also not later than that time is needless, if no
 * frame refers to it: it is only decoded if the decoder finds that others may refer to it (libav's discard of non-reference
 * frames; in H.264 {@code nal_ref_idc} = 0), or not at all where every frame stands alone. Only codecs and containers are
 * taken part in where this is certain: one packet holds one frame and states its time, and unreferenced means so for the whole
 * stream. Interlaced streams, whose frames may come in two packets, end it, and so does a time that is missing or not
 * believed.
 *
 * <p>With the same certainty a frame up to the wanted time is known to be the nearest before the next one is decoded: that one
 * cannot come before the first of all later times, in the decoder or at hand.
 */
final class SkipRule {
    private static final int AHEAD = 16; // B-frames are shown before one of the next few packets
    private static final int HELD = 32; // packets, of which a decoder holds back 16 at most

    private enum Kind {
        NONE,
        UNREFERENCED,
        ALL
    }

    private final Kind kind;
    private boolean trusted = true;
    private long latestFed = Libav.NO_TIME;
    private final long[] held = new long[HELD]; // times of the packets fed last, NO_TIME where nothing is shown
    private int oldest;

    private SkipRule(Kind kind) {
        this.kind = kind;
        Arrays.fill(held, Libav.NO_TIME);
    }

    static SkipRule of(String container, AVCodecParameters codec) {
        boolean framePackets = container.contains("mov") || container.contains("matroska");
        return new SkipRule(framePackets ? kind(codec) : Kind.NONE);
    }

    private static Kind kind(AVCodecParameters codec) {
        return switch (codec.codec_id()) {
            case AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO ->
                Kind.UNREFERENCED;
            case AV_CODEC_ID_HEVC -> hasOneTemporalLayer(codec) ? Kind.UNREFERENCED : Kind.NONE;
            case AV_CODEC_ID_MJPEG -> Kind.ALL;
            default -> Kind.NONE;
        };
    }

    /** By hvcC (ISO 14496-15, 8.3.3.1): with more layers, what one does not refer to another may. */
    private static boolean hasOneTemporalLayer(AVCodecParameters hevc) {
        int layers = 21;
        return hevc.extradata_size() > layers
                && hevc.extradata().get(0) == 1
                && (hevc.extradata().get(layers) >> 3 & 7) == 1;
    }

    /** How many packets should be at hand beyond the one asked about. */
    int packetsAhead() {
        return kind == Kind.NONE ? 0 : AHEAD;
    }

    /** Whether needless packets need not reach the decoder at all. */
    boolean dropsPackets() {
        return kind == Kind.ALL;
    }

    /**
     * Whether {@code entry}, which is decoded next, is needless unless it is referred to.
     *
     * @param following the packets after it
     * @param neededFrom of the frames up to this time only the last is needed; NO_TIME if all are
     */
    boolean needless(PacketQueue.Entry entry, PacketQueue following, long neededFrom) {
        if (kind == Kind.NONE || !trusted) {
            return false;
        }
        if (entry.time() == Libav.NO_TIME) {
            trusted = false;
            return false;
        }
        held[oldest] = entry.shown() ? entry.time() : Libav.NO_TIME;
        oldest = (oldest + 1) % HELD;
        boolean needless = entry.time() < latestFed || following.hasBetween(entry.time(), neededFrom);
        if (entry.shown() && entry.time() <= neededFrom) {
            latestFed = Math.max(latestFed, entry.time());
        }
        return needless;
    }

    /**
     * A time that the frame presented after one at {@code ticks} is not before; {@code ticks} if none is certain.
     *
     * @param following the packets that are decoded next
     */
    long nextIsNotBefore(long ticks, PacketQueue following) {
        if (kind == Kind.NONE || !trusted) {
            return ticks;
        }
        long next = following.firstAfter(ticks);
        for (long time : held) {
            if (time > ticks) {
                next = Math.min(next, time);
            }
        }
        return next == Long.MAX_VALUE ? ticks : next;
    }

    /** Learns from a decoded frame whether the rule may be applied to what follows. */
    void saw(AVFrame frame) {
        trusted &= !FrameFlags.interlaced(frame) && frame.pts() == frame.best_effort_timestamp();
    }

    /** Forgets the packets before, after a seek. */
    void restart() {
        latestFed = Libav.NO_TIME;
        Arrays.fill(held, Libav.NO_TIME);
    }
}
