package org.vito.ingest.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the video of an MPEG transport stream as its standard says, and checks what every packet must be. */
final class TransportReader {
    private static final int PACKET = 188;
    private static final int VIDEO = 0x100;

    /** A packet of the elementary stream; times in 1/90000 s. */
    record Unit(long presented, long decoded, long clock, boolean marked, List<byte[]> units) {}

    private TransportReader() {}

    static List<Unit> read(byte[] stream) {
        List<Unit> units = new ArrayList<>();
        int[] continuity = new int[0x2000];
        Arrays.fill(continuity, -1);
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        long clock = 0;
        boolean marked = false;
        assertThat(stream.length % PACKET).isZero();
        for (int at = 0; at < stream.length; at += PACKET) {
            assertThat(stream[at]).isEqualTo((byte) 0x47);
            int pid = ((stream[at + 1] & 0x1f) << 8) | (stream[at + 2] & 0xff);
            int counter = stream[at + 3] & 0x0f;
            assertThat(continuity[pid] < 0 || counter == ((continuity[pid] + 1) & 0x0f))
                    .as("continuity")
                    .isTrue();
            continuity[pid] = counter;
            if (pid != VIDEO) {
                continue;
            }
            boolean begins = (stream[at + 1] & 0x40) != 0;
            if (begins && payload.size() > 0) {
                units.add(unit(payload.toByteArray(), clock, marked));
                payload.reset();
            }
            int from = at + 4;
            if ((stream[at + 3] & 0x20) != 0) {
                int length = stream[from] & 0xff;
                assertThat(from + 1 + length).isLessThanOrEqualTo(at + PACKET);
                if (begins) {
                    marked = (stream[from + 1] & 0x40) != 0;
                    assertThat(stream[from + 1] & 0x10).as("a clock").isNotZero();
                    clock = 0;
                    for (int i = 2; i < 6; i++) {
                        clock = (clock << 8) | (stream[from + i] & 0xff);
                    }
                    clock = (clock << 1) | ((stream[from + 6] & 0x80) >> 7);
                }
                from += 1 + length;
            }
            payload.write(stream, from, at + PACKET - from);
        }
        if (payload.size() > 0) {
            units.add(unit(payload.toByteArray(), clock, marked));
        }
        return units;
    }

    private static Unit unit(byte[] b, long clock, boolean marked) {
        assertThat(Arrays.copyOf(b, 9))
                .isEqualTo(new byte[] {0, 0, 1, (byte) 0xe0, 0, 0, (byte) 0x80, (byte) 0xc0, 10});
        assertThat(b[9] >> 4).isEqualTo(3);
        assertThat(b[14] >> 4).isEqualTo(1);
        return new Unit(time(b, 9), time(b, 14), clock, marked, units(Arrays.copyOfRange(b, 19, b.length)));
    }

    /** NAL units without start codes. */
    private static List<byte[]> units(byte[] bytes) {
        List<byte[]> units = new ArrayList<>();
        int from = -1;
        for (int i = 0; i + 3 < bytes.length; i++) {
            if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 0 && bytes[i + 3] == 1) {
                if (from >= 0) {
                    units.add(Arrays.copyOfRange(bytes, from, i));
                }
                from = i + 4;
            }
        }
        units.add(Arrays.copyOfRange(bytes, from, bytes.length));
        return units;
    }

    private static long time(byte[] b, int at) {
        assertThat(b[at] & b[at + 2] & b[at + 4] & 1).as("marks").isEqualTo(1);
        return ((b[at] >> 1) & 7L) << 30
                | (b[at + 1] & 0xffL) << 22
                | ((b[at + 2] & 0xffL) >> 1) << 15
                | (b[at + 3] & 0xffL) << 7
                | (b[at + 4] & 0xffL) >> 1;
    }
}
