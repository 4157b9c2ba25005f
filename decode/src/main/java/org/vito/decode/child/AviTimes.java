package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avformat.AVSEEK_FLAG_ANY;
import static org.bytedeco.ffmpeg.global.avformat.AVSEEK_FLAG_BACKWARD;
import static org.bytedeco.ffmpeg.global.avformat.avformat_index_get_entries_count;
import static org.bytedeco.ffmpeg.global.avformat.avformat_index_get_entry;
import static org.bytedeco.ffmpeg.global.avformat.avformat_index_get_entry_from_timestamp;

import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIndexEntry;
import org.bytedeco.ffmpeg.avformat.AVStream;

/**
 * Times of packets in AVI files by where they lie. AVI has no times but the number of chunks before, which libav counts as it
 * reads; where damage makes it miss one, everything after it would be told too early. The index knows better.
 */
final class AviTimes {
    private static final int CHUNK_HEADER = 8; // bytes; the index points to it, packets to what follows

    private final AVStream stream;
    private final boolean avi;

    AviTimes(AVFormatContext context, int stream) {
        this.stream = context.streams(stream);
        this.avi = "avi".equals(context.iformat().name().getString());
    }

    /** Gives {@code packet} the time that the index has for its place, if it has one. */
    void restore(AVPacket packet) {
        if (!avi || packet.dts() == Libav.NO_TIME || packet.pos() < CHUNK_HEADER) {
            return;
        }
        long place = packet.pos() - CHUNK_HEADER;
        AVIndexEntry expected =
                avformat_index_get_entry_from_timestamp(stream, packet.dts(), AVSEEK_FLAG_ANY | AVSEEK_FLAG_BACKWARD);
        if (expected == null || expected.pos() == place) {
            return;
        }
        int low = 0;
        int high = avformat_index_get_entries_count(stream) - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            AVIndexEntry entry = avformat_index_get_entry(stream, middle);
            if (entry == null || entry.pos() == place) {
                if (entry != null) {
                    move(packet, entry.timestamp() - packet.dts());
                }
                return;
            }
            if (entry.pos() < place) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
    }

    private static void move(AVPacket packet, long ticks) {
        packet.dts(packet.dts() + ticks);
        if (packet.pts() != Libav.NO_TIME) {
            packet.pts(packet.pts() + ticks);
        }
    }
}
