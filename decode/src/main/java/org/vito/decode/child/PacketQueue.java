package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_CORRUPT;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_DISCARD;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;

import java.util.ArrayDeque;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.jspecify.annotations.Nullable;

/** The packets of one stream in the order of the file, with the next few at hand. */
final class PacketQueue implements AutoCloseable {
    private final AVFormatContext context;
    private final int stream;
    private final int depth;
    private final AviTimes times;
    private final ArrayDeque<Entry> ahead = new ArrayDeque<>();
    private final ArrayDeque<AVPacket> spare = new ArrayDeque<>();
    private long taken;
    private boolean ended;
    private int lastError;
    private @Nullable String trouble;

    /**
     * A packet.
     *
     * @param time of presentation in ticks, or NO_TIME if the packet does not say
     * @param shown whether what is in it is presented
     * @param trouble what the demuxer complained of before it found it, null if of nothing
     */
    record Entry(AVPacket packet, long time, boolean shown, @Nullable String trouble) {}

    /**
     * @param stream index of the stream whose packets are wanted
     * @param depth how many packets are read ahead of the one that is taken
     */
    PacketQueue(AVFormatContext context, int stream, int depth) {
        this.context = context;
        this.stream = stream;
        this.depth = depth;
        this.times = new AviTimes(context, stream);
    }

    /** Takes the next packet; null at the end of the file, a broken one included. The packet goes back by {@link #give}. */
    @Nullable
    Entry take() {
        while (!ended && ahead.size() <= depth) {
            read();
        }
        Entry next = ahead.poll();
        if (next != null) {
            taken++;
        }
        return next;
    }

    void give(Entry entry) {
        av_packet_unref(entry.packet());
        spare.push(entry.packet());
    }

    private void read() {
        AVPacket packet = spare.isEmpty() ? Libav.allocated(av_packet_alloc()) : spare.pop();
        long before = Complaints.count();
        int read = av_read_frame(context, packet);
        if (Complaints.count() != before) {
            trouble = Complaints.last();
        }
        if (read < 0) {
            ended = true;
            lastError = read == AVERROR_EOF() ? 0 : read;
            spare.push(packet);
        } else if (packet.stream_index() != stream) {
            av_packet_unref(packet);
            spare.push(packet);
        } else {
            times.restore(packet);
            boolean corrupt = (packet.flags() & AV_PKT_FLAG_CORRUPT) != 0;
            ahead.add(new Entry(
                    packet,
                    packet.pts(),
                    (packet.flags() & AV_PKT_FLAG_DISCARD) == 0,
                    trouble == null && corrupt ? "a packet is marked as broken" : trouble));
            trouble = null;
        }
    }

    /** Whether a packet at hand is presented later than {@code time}, but not later than {@code latest}. */
    boolean hasBetween(long time, long latest) {
        for (Entry entry : ahead) {
            if (entry.shown() && entry.time() > time && entry.time() <= latest) {
                return true;
            }
        }
        return false;
    }

    /**
     * The first time after {@code ticks} at which a packet at hand is presented, MAX_VALUE if none is; {@code ticks} if one does
     * not say when.
     */
    long firstAfter(long ticks) {
        long first = Long.MAX_VALUE;
        for (Entry entry : ahead) {
            if (entry.time() == Libav.NO_TIME) {
                return ticks;
            }
            if (entry.shown() && entry.time() > ticks) {
                first = Math.min(first, entry.time());
            }
        }
        return first;
    }

    /** Passes over packets until {@code count} have been taken. @return false if more have been, or there are fewer */
    boolean skipTo(long count) {
        while (taken < count) {
            Entry entry = take();
            if (entry == null) {
                return false;
            }
            give(entry);
        }
        return taken == count;
    }

    /** Forgets what is at hand, after a seek. */
    void clear() {
        ahead.forEach(this::give);
        ahead.clear();
        ended = false;
        trouble = null;
    }

    /** libav's code of what ended reading, 0 if that was the end of the file. */
    int lastError() {
        return lastError;
    }

    @Override
    public void close() {
        clear();
        spare.forEach(packet -> av_packet_free(packet));
        spare.clear();
    }
}
