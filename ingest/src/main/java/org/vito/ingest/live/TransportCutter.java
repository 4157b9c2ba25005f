package org.vito.ingest.live;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.fetch.LiveFeed;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/**
 * Cuts an MPEG transport stream (ISO/IEC 13818-1) before packets in which a picture begins that can be decoded by itself: the
 * random access indicator of the first video of the first programme. The tables that say what the packets are are put in front of
 * every file. Where the pictures' times jump, or run back, a file ends too; a stream in which nothing is ever marked is cut before
 * any picture.
 */
final class TransportCutter implements Cutter {
    static final int PACKET = 188;
    private static final byte SYNC = 0x47;
    private static final int MOST_GARBAGE = 1 << 20; // bytes without a packet
    private static final long HERTZ = 90_000; // of presentation times
    private static final long JUMP = 10 * HERTZ;
    private static final long UNMARKED = 20 * HERTZ; // after so long without a mark none is expected
    private static final long WRAP = 1L << 33;
    private static final Set<Integer> VIDEO = Set.of(0x01, 0x02, 0x10, 0x1b, 0x20, 0x24, 0x33, 0xd1, 0xea);

    private final CutFiles files;
    private final long ticks; // of a file
    private final long mostBytes;
    private byte[] rest = {};
    private int garbage;
    private int tablePid = -1;
    private int videoPid = -1;
    private byte @Nullable [] programmes; // the packet with the association table
    private byte @Nullable [] streams; // the packet with the map table
    private long began = -1; // time of the file's first picture
    private long last = -1; // decoding time of the last picture
    private long unmarked; // ticks without a mark
    private long pictures;

    TransportCutter(CutFiles files, long lengthUs, long mostBytes) {
        this.files = files;
        ticks = lengthUs * HERTZ / 1_000_000;
        this.mostBytes = mostBytes;
    }

    @Override
    public void accept(LiveFeed.Piece piece) throws IOException {
        int length = piece.bytes().remaining();
        byte[] all = Arrays.copyOf(rest, rest.length + length);
        piece.bytes().duplicate().get(all, rest.length, length);
        int at = 0;
        while (at + PACKET <= all.length) {
            boolean whole = at + PACKET == all.length || all[at + PACKET] == SYNC;
            if (all[at] == SYNC && whole) {
                garbage = 0;
                packet(all, at);
                at += PACKET;
            } else {
                at++;
                if (++garbage > MOST_GARBAGE) {
                    throw new RetriableException(
                            Reason.NOT_A_VIDEO, "the stream is no MPEG transport stream: there are no packets in it");
                }
            }
        }
        rest = Arrays.copyOfRange(all, at, all.length);
    }

    @Override
    public void interrupt() throws IOException {
        files.end();
        rest = new byte[0];
        last = -1;
        unmarked = 0;
        tablePid = -1;
        videoPid = -1;
    }

    @Override
    public long pictures() {
        return pictures;
    }

    private void packet(byte[] b, int at) throws IOException {
        boolean damaged = (b[at + 1] & 0x80) != 0;
        boolean begins = (b[at + 1] & 0x40) != 0;
        int pid = ((b[at + 1] & 0x1f) << 8) | (b[at + 2] & 0xff);
        if (damaged) {
            return;
        }
        int payload = at + 4;
        boolean marked = false;
        if ((b[at + 3] & 0x20) != 0) {
            int adaptation = b[at + 4] & 0xff;
            marked = adaptation > 0 && (b[at + 5] & 0x40) != 0;
            payload += 1 + adaptation;
        }
        boolean hasPayload = (b[at + 3] & 0x10) != 0 && payload < at + PACKET;
        if (begins && hasPayload) {
            if (pid == 0) {
                associations(b, payload, at);
            } else if (pid == tablePid) {
                streams(b, payload, at);
            } else if (pid == videoPid) {
                picture(b, payload, at + PACKET, marked);
            }
        }
        if (files.isOpen() && files.size() + PACKET > mostBytes) {
            files.end();
        }
        if (files.isOpen()) {
            files.write(ByteBuffer.wrap(b, at, PACKET));
        }
    }

    private void associations(byte[] b, int payload, int at) throws IOException {
        int end = at + PACKET;
        int section = section(b, payload, end, 0x00);
        if (section < 0) {
            return;
        }
        int last = Math.min(end, section + 3 + length12(b, section + 1) - 4);
        for (int i = section + 8; i + 4 <= last; i += 4) {
            boolean isProgramme = b[i] != 0 || b[i + 1] != 0;
            if (isProgramme) {
                int pid = length13(b, i + 2);
                if (pid != tablePid) {
                    tablePid = pid;
                    videoPid = -1;
                    files.end();
                }
                programmes = Arrays.copyOfRange(b, at, end);
                return;
            }
        }
    }

    private void streams(byte[] b, int payload, int at) throws IOException {
        int end = at + PACKET;
        int section = section(b, payload, end, 0x02);
        if (section < 0 || section + 12 > end) {
            return;
        }
        int last = Math.min(end, section + 3 + length12(b, section + 1) - 4);
        int i = section + 12 + length12(b, section + 10);
        while (i + 5 <= last) {
            if (VIDEO.contains(b[i] & 0xff)) {
                int pid = length13(b, i + 1);
                if (pid != videoPid) {
                    videoPid = pid;
                    files.end();
                }
                streams = Arrays.copyOfRange(b, at, end);
                return;
            }
            i += 5 + length12(b, i + 3);
        }
    }

    /** Where the section of {@code table} begins that begins in a payload, or -1. */
    private static int section(byte[] b, int payload, int end, int table) {
        int section = payload + 1 + (b[payload] & 0xff);
        return section + 8 <= end && (b[section] & 0xff) == table ? section : -1;
    }

    private static int length12(byte[] b, int at) {
        return ((b[at] & 0x0f) << 8) | (b[at + 1] & 0xff);
    }

    private static int length13(byte[] b, int at) {
        return ((b[at] & 0x1f) << 8) | (b[at + 1] & 0xff);
    }

    private void picture(byte[] b, int pes, int end, boolean marked) throws IOException {
        boolean header = pes + 14 <= end && b[pes] == 0 && b[pes + 1] == 0 && b[pes + 2] == 1;
        int flags = header ? (b[pes + 7] & 0xc0) : 0;
        if ((flags & 0x80) == 0) {
            return; // says no time
        }
        pictures++;
        long presented = time(b, pes + 9);
        long decoded = flags == 0xc0 && pes + 19 <= end ? time(b, pes + 14) : presented;
        long step = last < 0 ? 0 : between(last, decoded);
        if (step < 0 || step > JUMP) {
            files.end();
            step = 0;
        }
        last = decoded;
        unmarked = marked ? 0 : unmarked + step;
        boolean mayBegin = marked || unmarked > UNMARKED;
        boolean full = files.isOpen() && between(began, presented) >= ticks;
        if (mayBegin && (full || !files.isOpen())) {
            begin(presented);
        }
    }

    private void begin(long presented) throws IOException {
        byte[] first = programmes;
        byte[] second = streams;
        if (first == null || second == null) {
            return; // of an earlier connection
        }
        files.begin();
        files.write(ByteBuffer.wrap(first));
        files.write(ByteBuffer.wrap(second));
        began = presented;
    }

    /** Ticks from one time to another, which may have wrapped. */
    private static long between(long from, long to) {
        long forward = Math.floorMod(to - from, WRAP);
        return forward > WRAP / 2 ? forward - WRAP : forward;
    }

    private static long time(byte[] b, int at) {
        return ((long) (b[at] & 0x0e) << 29)
                | ((b[at + 1] & 0xffL) << 22)
                | ((b[at + 2] & 0xfeL) << 14)
                | ((b[at + 3] & 0xffL) << 7)
                | ((b[at + 4] & 0xfeL) >> 1);
    }
}
