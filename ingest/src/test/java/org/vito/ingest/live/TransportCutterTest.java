package org.vito.ingest.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.ingest.fetch.LiveFeed;
import org.vito.ingest.testing.Films;
import org.vito.protocol.RetriableException;

/** Cuts through a transport stream that libav made: 25 frames a second, a keyframe every 12. */
class TransportCutterTest {
    private static final int PACKET = TransportCutter.PACKET;
    private static final long TWO_SECONDS = 2_000_000;

    @TempDir
    Path directory;

    private int runs;

    private List<byte[]> cut(byte[] stream, long lengthUs, long mostBytes, int... pieces) throws IOException {
        Path own = directory.resolve("run" + runs++);
        CutFiles files = CutFiles.open(own, InstantSource.system());
        TransportCutter cutter = new TransportCutter(files, lengthUs, mostBytes);
        int at = 0;
        for (int i = 0; at < stream.length; i++) {
            int length = Math.min(stream.length - at, pieces.length == 0 ? stream.length : pieces[i % pieces.length]);
            byte[] piece = Arrays.copyOfRange(stream, at, at + length);
            cutter.accept(new LiveFeed.Piece(ByteBuffer.wrap(piece), null));
            at += length;
        }
        cutter.interrupt();
        List<byte[]> cuts = new ArrayList<>();
        for (Recorder.Cut each : files.finished()) {
            cuts.add(Files.readAllBytes(each.file()));
        }
        return cuts;
    }

    private static int pid(byte[] b, int packet) {
        return ((b[packet * PACKET + 1] & 0x1f) << 8) | (b[packet * PACKET + 2] & 0xff);
    }

    private static boolean isMarked(byte[] b, int packet) {
        int at = packet * PACKET;
        return (b[at + 3] & 0x20) != 0 && b[at + 4] != 0 && (b[at + 5] & 0x40) != 0;
    }

    /** Everything behind the tables that stand in front of each file. */
    private static byte[] bodies(List<byte[]> cuts) {
        return Films.join(cuts.stream()
                .map(c -> Arrays.copyOfRange(c, 2 * PACKET, c.length))
                .toList());
    }

    @Test
    void filesBeginWithTablesAndAKeyframeAndNothingIsLost() throws IOException {
        byte[] stream = Films.transportStream(directory, 250, 0);
        List<byte[]> cuts = cut(stream, TWO_SECONDS, 1 << 20);
        assertThat(cuts).hasSize(5); // keyframes at 0, 60, 120, 180 and 240 are the first at or after 2 s
        for (byte[] cut : cuts) {
            assertThat(cut.length % PACKET).isZero();
            assertThat(pid(cut, 0)).isZero();
            assertThat(pid(cut, 1)).isEqualTo(0x1000); // libav's number of the first map table
            assertThat(isMarked(cut, 2)).isTrue();
        }
        byte[] bodies = bodies(cuts);
        int first = stream.length - bodies.length;
        assertThat(first).isBetween(PACKET, 6 * PACKET); // libav's tables in front
        assertThat(bodies).isEqualTo(Arrays.copyOfRange(stream, first, stream.length));
    }

    @Test
    void piecesOfAnySizeAreCutTheSame() throws IOException {
        byte[] stream = Films.transportStream(directory, 250, 0);
        List<byte[]> whole = cut(stream, TWO_SECONDS, 1 << 20);
        for (int[] pieces : new int[][] {{1}, {187, 189, 3}, {PACKET}, {7 * PACKET}, {5000, 1, 77}}) {
            assertThat(cut(stream, TWO_SECONDS, 1 << 20, pieces)).containsExactlyElementsOf(whole);
        }
    }

    @Test
    void garbageIsSkippedAndEndlessGarbageIsNoStream() throws IOException {
        byte[] stream = Films.transportStream(directory, 250, 0);
        byte[] garbage = new byte[1000];
        Arrays.fill(garbage, (byte) 0x46);
        byte[] half = Arrays.copyOf(stream, stream.length / PACKET / 2 * PACKET);
        byte[] rest = Arrays.copyOfRange(stream, half.length, stream.length);
        List<byte[]> cuts = cut(Films.join(List.of(garbage, half, garbage, rest)), TWO_SECONDS, 1 << 20, 4096);
        // The packet before garbage cannot be told from garbage.
        assertThat(Films.join(cuts).length).isEqualTo(Films.join(cut(stream, TWO_SECONDS, 1 << 20)).length - PACKET);
        byte[] endless = new byte[(1 << 20) + 1000];
        assertThatThrownBy(() -> cut(endless, TWO_SECONDS, 1 << 20, 4096))
                .isInstanceOf(RetriableException.class)
                .hasMessageContaining("no MPEG transport stream");
    }

    @Test
    void whereTimesJumpAFileEnds() throws IOException {
        byte[] one = Films.transportStream(directory, 100, 0);
        byte[] other = Films.transportStream(directory, 100, 90);
        List<byte[]> cuts = cut(Films.join(List.of(one, other)), 60_000_000, 1 << 20);
        assertThat(cuts).hasSize(2); // the second begins at zero again
        int first = cut(one, 60_000_000, 1 << 20).get(0).length;
        assertThat(cuts.get(0).length)
                .isBetween(first, first + 5 * PACKET); // tables of the second came before its picture
        assertThat(cuts.get(1)).isEqualTo(cut(other, 60_000_000, 1 << 20).get(0));
    }

    @Test
    void filesAreNoLargerThanAllowed() throws IOException {
        byte[] stream = Films.transportStream(directory, 250, 0);
        long most = stream.length / 4;
        List<byte[]> cuts = cut(stream, 60_000_000, most);
        assertThat(cuts.size()).isGreaterThanOrEqualTo(4);
        assertThat(cuts).allSatisfy(c -> assertThat((long) c.length).isLessThanOrEqualTo(most));
        assertThat(cuts).allSatisfy(c -> assertThat(isMarked(c, 2)).isTrue());
    }

    @Test
    void aStreamWithoutMarksIsCutAtAnyPictureInTheEnd() throws IOException {
        byte[] stream = Films.transportStream(directory, 750, 0); // 30 s
        for (int at = 0; at < stream.length; at += PACKET) {
            if ((stream[at + 3] & 0x20) != 0 && stream[at + 4] != 0) {
                stream[at + 5] &= ~0x40;
            }
        }
        List<byte[]> cuts = cut(stream, TWO_SECONDS, 1 << 24);
        assertThat(cuts).hasSizeBetween(4, 6); // of the 10 s after the 20 in which a mark was awaited
    }

    /** Streams with bytes changed are cut or refused, never anything else. */
    @Test
    void damagedStreamsAreCutOrRefused() throws IOException {
        byte[] stream = Films.transportStream(directory, 100, 0);
        Random random = new Random(3);
        int files = 0;
        for (int i = 0; i < 300; i++) {
            byte[] damaged = stream.clone();
            for (int change = 0; change < 1 + i; change++) {
                int packet = random.nextInt(damaged.length / PACKET);
                int within = change % 2 == 0 ? random.nextInt(24) : random.nextInt(PACKET);
                damaged[packet * PACKET + within] = (byte) random.nextInt(256);
            }
            files += cut(damaged, 500_000, 1 << 20, 10_000).size();
        }
        assertThat(files).isGreaterThan(300);
    }
}
