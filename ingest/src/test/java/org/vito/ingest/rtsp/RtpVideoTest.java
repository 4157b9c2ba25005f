package org.vito.ingest.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.ingest.rtsp.TransportReader.Unit;
import org.vito.ingest.testing.Camera;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

/** Packets of libav's RTP muxer, and what may happen to them on the way. */
class RtpVideoTest {
    private static byte[] stream(String codec, List<byte[]> packets) throws IOException {
        RtpVideo video =
                new RtpVideo(SessionDescription.read(Camera.description(codec)).video());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] packet : packets) {
            ByteBuffer piece = video.accept(packet);
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    private static List<Unit> pictures(String codec, List<byte[]> packets) throws IOException {
        return TransportReader.read(stream(codec, packets));
    }

    /** The digests are those of the slices of the file that libav sent, split by another program. */
    @ParameterizedTest
    @CsvSource({
        "h264, 97287ab170b2d8c3314271944bec6e9bfe70e42b2ba5aa84acf2856934c63d16",
        "h265, 59d4eb122986072ba22b517345851fd9f65422409fe91d8fea95a3e901100050"
    })
    void everyPictureIsThereAsItWasSent(String codec, String digest) throws IOException {
        Codec coding = Codec.valueOf(codec.toUpperCase(java.util.Locale.ROOT));
        List<Unit> pictures = pictures(codec, Camera.packets(codec));
        assertThat(pictures).hasSize(100);
        ByteArrayOutputStream slices = new ByteArrayOutputStream();
        for (Unit picture : pictures) {
            List<byte[]> units = picture.units();
            assertThat(coding.isDelimiter(coding.type(units.get(0), 0))).isTrue();
            boolean keyframe = units.stream().anyMatch(u -> coding.isKeyframe(coding.type(u, 0)));
            assertThat(picture.marked()).isEqualTo(keyframe);
            assertThat(units.stream().filter(u -> coding.isParameters(coding.type(u, 0))))
                    .hasSize(keyframe ? coding.parameterKinds() : 0);
            units.stream().filter(u -> coding.isSlice(coding.type(u, 0))).forEach(slices::writeBytes);
        }
        assertThat(Sha256.of(slices.toByteArray())).isEqualTo(digest);
        assertThat(pictures.stream().filter(Unit::marked)).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h264", "h265"})
    void timesArePresentationsAndDecodingRises(String codec) throws IOException {
        List<Unit> pictures = pictures(codec, Camera.packets(codec));
        long[] presented = pictures.stream().mapToLong(Unit::presented).sorted().toArray();
        for (int i = 1; i < presented.length; i++) {
            assertThat(presented[i] - presented[i - 1]).isEqualTo(3600);
        }
        assertThat(pictures.stream().mapToLong(Unit::presented).toArray()).isNotEqualTo(presented); // out of order
        long before = -1;
        for (Unit picture : pictures) {
            assertThat(picture.decoded()).isGreaterThan(before).isLessThanOrEqualTo(picture.presented());
            assertThat(picture.clock()).isLessThan(picture.decoded());
            before = picture.decoded();
        }
    }

    @Test
    void theTablesAreThoseThatLibavWrites() throws IOException {
        byte[] stream = stream("h264", Camera.packets("h264"));
        // ffmpeg -f mpegts writes these sections for one programme with a table at 0x1000
        assertThat(Arrays.copyOfRange(stream, 5, 21)).asHexString().isEqualTo("00B00D0001C100000001F0002AB104B2");
    }

    @Test
    void aggregatedUnitsAreTheSame() throws IOException {
        for (String codec : List.of("h264", "h265")) {
            List<byte[]> aggregated = new ArrayList<>();
            for (byte[] packet : Camera.packets(codec)) {
                int type = codec.equals("h264") ? packet[12] & 0x1f : (packet[12] >> 1) & 0x3f;
                boolean fragment = codec.equals("h264") ? type == 28 : type == 49;
                aggregated.add(fragment ? packet : aggregate(codec, packet));
            }
            assertThat(stream(codec, aggregated)).isEqualTo(stream(codec, Camera.packets(codec)));
        }
    }

    private static byte[] aggregate(String codec, byte[] packet) {
        byte[] delimiter = codec.equals("h264") ? new byte[] {9, (byte) 0xf0} : new byte[] {0x46, 1, 0x50};
        byte[] header = codec.equals("h264") ? new byte[] {24} : new byte[] {48 << 1, 1};
        int unit = packet.length - 12;
        return ByteBuffer.allocate(12 + header.length + 2 + delimiter.length + 2 + unit)
                .put(packet, 0, 12)
                .put(header)
                .putShort((short) delimiter.length)
                .put(delimiter)
                .putShort((short) unit)
                .put(packet, 12, unit)
                .array();
    }

    @Test
    void whatStandsAroundAPayloadDoesNotCountAndTimesMayWrap() throws IOException {
        List<byte[]> dressed = new ArrayList<>();
        for (byte[] packet : Camera.packets("h264")) {
            ByteBuffer more = ByteBuffer.allocate(packet.length + 4 + 12 + 3)
                    .put((byte) (0x80 | 0x20 | 0x10 | 1)) // padding, an extension, a contributor
                    .put(packet, 1, 11)
                    .putInt(77)
                    .putInt(0xbede0002)
                    .putLong(1)
                    .put(packet, 12, packet.length - 12)
                    .put(new byte[] {0, 0, 3});
            more.putInt(
                    4,
                    more.getInt(4)
                            - ByteBuffer.wrap(Camera.packets("h264").get(0)).getInt(4)
                            - 7200);
            dressed.add(more.array());
        }
        dressed.add(3, new byte[] {(byte) 0x80, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}); // of another kind
        assertThat(stream("h264", dressed)).isEqualTo(stream("h264", Camera.packets("h264")));
    }

    @Test
    void whereAPacketIsMissingPicturesAreLeftOutUpToTheNextKeyframe() throws IOException {
        List<byte[]> packets = Camera.packets("h264");
        List<Unit> whole = pictures("h264", packets);
        packets.remove(10);
        List<Unit> left = pictures("h264", packets);
        List<Long> kept = left.stream().map(Unit::presented).toList();
        assertThat(left.size()).isBetween(76, 85);
        assertThat(kept.subList(kept.size() - 75, kept.size()))
                .isEqualTo(whole.subList(25, 100).stream().map(Unit::presented).toList());
        assertThat(left.get(left.size() - 75).marked()).isTrue();
    }

    @Test
    void whatCannotBeIsRefusedWithItsReason() throws IOException {
        byte[] good = Camera.packets("h264").get(0);
        assertThat(refusal(new byte[] {1, 2, 3}).reason()).isEqualTo(Reason.BAD_ADDRESS);
        byte[] interleaved = good.clone();
        interleaved[12] = 25;
        assertThat(refusal(interleaved).reason()).isEqualTo(Reason.UNSUPPORTED_CODEC);
        byte[] anew = good.clone();
        anew[11]++;
        assertThat(refusal(good, anew)).isInstanceOf(RetriableException.class).hasMessageContaining("begun anew");
        byte[][] endless = new byte[20_000][];
        for (int i = 0; i < endless.length; i++) {
            endless[i] = Arrays.copyOf(good, 1400);
            endless[i][1] &= 0x7f;
            endless[i][2] = (byte) (i >> 8);
            endless[i][3] = (byte) i;
            endless[i][12] = 28;
            endless[i][13] = (byte) (i == 0 ? 0x85 : 5);
        }
        assertThat(refusal(endless).reason()).isEqualTo(Reason.TOO_LARGE);
    }

    private static VitoException refusal(byte[]... packets) {
        return catchThrowableOfType(VitoException.class, () -> stream("h264", List.of(packets)));
    }

    /** Packets with a few bytes changed, left out or cut are pictures or refused, and never anything else. */
    @ParameterizedTest
    @ValueSource(strings = {"h264", "h265"})
    void damagedPacketsAreReadOrRefused(String codec) throws IOException {
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            List<byte[]> packets = Camera.packets(codec).subList(0, 40);
            List<byte[]> damaged = new ArrayList<>();
            for (byte[] packet : packets) {
                byte[] copy =
                        random.nextInt(8) > 0 ? packet.clone() : Arrays.copyOf(packet, random.nextInt(packet.length));
                for (int k = random.nextInt(3); k > 0 && copy.length > 0; k--) {
                    copy[random.nextInt(Math.min(copy.length, 20))] = (byte) random.nextInt();
                }
                damaged.add(copy);
            }
            try {
                TransportReader.read(stream(codec, damaged));
            } catch (VitoException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
