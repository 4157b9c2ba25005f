package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;

import java.util.TreeMap;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.jspecify.annotations.Nullable;
import org.vito.decode.child.v1.Request;

/**
 * Keyframes of a file without an index, found by reading its packets, no further than needed, without decoding any. They are
 * entered by reading packets up to them, so that the demuxer passes through the same states, and gives the same times, as if
 * all had been decoded; no seek has to guess where in the bytes a time may be.
 */
final class ScannedEntries implements EntryPoints {
    private static final long WORTH_SCANNING_US = 2_000_000;
    private static final int MOST_B_FRAMES = 4; // in a row, before a keyframe that does not say when it is presented

    private final Request request;
    private final VideoInput input;
    private final long worthTicks;
    private final TreeMap<Long, Long> ordinals = new TreeMap<>(); // time of presentation → packets before it
    private @Nullable Container container;
    private @Nullable PacketQueue packets;
    private long read;
    private long latest = Libav.NO_TIME;
    private boolean ended;

    ScannedEntries(Request request, VideoInput input) {
        this.request = request;
        this.input = input;
        this.worthTicks = input.timeBase().ticks(WORTH_SCANNING_US);
    }

    @Override
    public long before(long ticks, long from) {
        if (ticks - from < worthTicks) {
            return Libav.NO_TIME;
        }
        scanTo(ticks);
        Long entry = ordinals.floorKey(ticks);
        return entry == null || entry <= from ? Libav.NO_TIME : entry;
    }

    private void scanTo(long ticks) {
        if (packets == null) {
            container = Container.open(request.getPath(), request.getLimits());
            AVStream stream = container.videoStream();
            packets = new PacketQueue(container.context(), stream.index(), 0);
        }
        long decoding = Libav.NO_TIME;
        while (!ended && decoding <= ticks) {
            PacketQueue.Entry entry = packets.take();
            if (entry == null) {
                ended = true;
                return;
            }
            boolean key = (entry.packet().flags() & AV_PKT_FLAG_KEY) != 0;
            decoding = entry.packet().dts();
            long time = entry.time();
            if (time == Libav.NO_TIME && decoding != Libav.NO_TIME) {
                time = decoding + MOST_B_FRAMES * input.frameTicks();
            }
            // what is not later than everything before it is passed over when read from the start, so it is no entry
            if (key && entry.shown() && time > latest) {
                ordinals.put(time, read);
            }
            latest = Math.max(latest, entry.time());
            read++;
            packets.give(entry);
        }
    }

    @Override
    public boolean enter(long entry) {
        Long ordinal = ordinals.get(entry);
        return ordinal != null && input.skipTo(ordinal);
    }

    @Override
    public void entered(long entry, long presented) {
        // the packet has said it
    }

    @Override
    public void close() {
        if (packets != null) {
            packets.close();
            packets = null;
        }
        if (container != null) {
            container.close();
            container = null;
        }
    }
}
