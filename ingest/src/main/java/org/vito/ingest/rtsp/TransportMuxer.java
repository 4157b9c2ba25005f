package org.vito.ingest.rtsp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Writes pictures as an MPEG transport stream of one video (ISO/IEC 13818-1), its tables before every keyframe.
 *
 * <p>RTP tells when a picture is shown, not when it is decoded. As pictures come in the order of decoding, a picture's decoding time
 * is the least of the presentation times of the latest {@value #REORDERED} + 1 pictures, which rises with every picture and is not
 * after its presentation as long as no picture overtakes more than {@value #REORDERED} others.
 */
final class TransportMuxer {
    private static final int PACKET = 188;
    private static final int REORDERED = 4;
    private static final int TABLE = 0x1000; // numbers of the streams
    private static final int VIDEO = 0x100;
    private static final long BEGIN = 90_000; // of times, so that none is negative
    private static final long AHEAD = 9_000; // of the clock that a picture is sent before it is decoded
    private static final byte[] START = {0, 0, 0, 1};

    private final byte[] programmes;
    private final byte[] streams;
    private final Codec codec;
    private final int[] continuity = new int[0x2000];
    private final long[] latest = new long[REORDERED + 1]; // presentation times, rising
    private boolean begun;

    TransportMuxer(Codec codec) {
        this.codec = codec;
        programmes = section(0x00, new byte[] {0, 1, (byte) (0xe0 | (TABLE >> 8)), (byte) TABLE});
        streams = section(0x02, new byte[] {
            (byte) (0xe0 | (VIDEO >> 8)),
            (byte) VIDEO, // which has the clock
            (byte) 0xf0,
            0,
            (byte) codec.streamType,
            (byte) (0xe0 | (VIDEO >> 8)),
            (byte) VIDEO,
            (byte) 0xf0,
            0
        });
    }

    /** The packets of a picture. */
    ByteBuffer write(Picture picture) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (picture.keyframe()) {
            table(out, 0, programmes);
            table(out, TABLE, streams);
        }
        long presented = picture.time() + BEGIN;
        long decoded = Math.min(decoded(presented), presented);
        byte[] bytes = elementary(picture, presented, decoded);
        int at = 0;
        for (boolean first = true; at < bytes.length; first = false) {
            at += packet(out, bytes, at, first, picture.keyframe(), decoded);
        }
        return ByteBuffer.wrap(out.toByteArray());
    }

    private long decoded(long presented) {
        if (!begun) {
            begun = true;
            for (int i = 0; i <= REORDERED; i++) {
                latest[i] = presented - REORDERED + i; // those that never came, a tick apart
            }
        } else if (presented > latest[0]) {
            latest[0] = presented;
            Arrays.sort(latest);
        }
        return latest[0];
    }

    /** The picture behind the header of its packet of the elementary stream. */
    private byte[] elementary(Picture picture, long presented, long decoded) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 0, 1, (byte) 0xe0, 0, 0, (byte) 0x80, (byte) 0xc0, 10});
        time(out, 3, presented);
        time(out, 1, decoded);
        out.writeBytes(START);
        out.writeBytes(codec.delimiter());
        for (byte[] unit : picture.units()) {
            out.writeBytes(START);
            out.writeBytes(unit);
        }
        return out.toByteArray();
    }

    private static void time(ByteArrayOutputStream out, int mark, long ticks) {
        out.write((int) ((mark << 4) | ((ticks >> 29) & 0x0e) | 1));
        out.write((int) ((ticks >> 22) & 0xff));
        out.write((int) (((ticks >> 14) & 0xfe) | 1));
        out.write((int) ((ticks >> 7) & 0xff));
        out.write((int) (((ticks << 1) & 0xfe) | 1));
    }

    /** Writes a packet of the video; returns how many of its bytes went into it. */
    private int packet(
            ByteArrayOutputStream out, byte[] bytes, int from, boolean first, boolean keyframe, long decoded) {
        int adaptation = first ? 8 : 0; // its length, flags and clock
        int room = PACKET - 4 - adaptation;
        int count = Math.min(room, bytes.length - from);
        int stuffing = room - count;
        boolean adapted = first || stuffing > 0;
        header(out, VIDEO, first, adapted ? 0x30 : 0x10);
        if (adapted) {
            out.write(adaptation + stuffing - 1);
            int left = stuffing - (first ? 0 : 1); // the length took one
            if (first) {
                out.write((keyframe ? 0x40 : 0) | 0x10);
                clock(out, Math.max(0, decoded - AHEAD));
            } else if (stuffing > 1) {
                out.write(0);
                left--;
            }
            for (int i = 0; i < left; i++) {
                out.write(0xff);
            }
        }
        out.write(bytes, from, count);
        return count;
    }

    private static void clock(ByteArrayOutputStream out, long ticks) {
        out.write((int) (ticks >> 25) & 0xff);
        out.write((int) (ticks >> 17) & 0xff);
        out.write((int) (ticks >> 9) & 0xff);
        out.write((int) (ticks >> 1) & 0xff);
        out.write((int) ((ticks & 1) << 7) | 0x7e);
        out.write(0);
    }

    private void table(ByteArrayOutputStream out, int stream, byte[] section) {
        header(out, stream, true, 0x10);
        out.write(0); // the section begins at once
        out.writeBytes(section);
        for (int i = 4 + 1 + section.length; i < PACKET; i++) {
            out.write(0xff);
        }
    }

    private void header(ByteArrayOutputStream out, int stream, boolean begins, int control) {
        out.write(0x47);
        out.write((begins ? 0x40 : 0) | (stream >> 8));
        out.write(stream & 0xff);
        out.write(control | (continuity[stream]++ & 0x0f));
    }

    private static byte[] section(int table, byte[] content) {
        int length = 5 + content.length + 4;
        ByteBuffer section = ByteBuffer.allocate(3 + length)
                .put((byte) table)
                .putShort((short) (0xb000 | length))
                .putShort((short) 1) // of the transport stream, or of the programme
                .put((byte) 0xc1)
                .put((byte) 0)
                .put((byte) 0)
                .put(content);
        return section.putInt(checksum(section.array(), section.position())).array();
    }

    /** CRC-32/MPEG-2. */
    static int checksum(byte[] bytes, int count) {
        int crc = -1;
        for (int i = 0; i < count; i++) {
            crc ^= bytes[i] << 24;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
            }
        }
        return crc;
    }
}
