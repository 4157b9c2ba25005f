package org.vito.ingest.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vito.ingest.fetch.AddressPolicy;
import org.vito.ingest.fetch.AllowedNetworks;
import org.vito.ingest.fetch.Credentials;
import org.vito.ingest.fetch.FetchLimits;
import org.vito.ingest.fetch.HlsLimits;
import org.vito.ingest.fetch.LiveFeeds;
import org.vito.ingest.fetch.RetryPolicy;
import org.vito.ingest.testing.Films;
import org.vito.ingest.testing.Site;
import org.vito.ingest.testing.StreamServer;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Streams over real sockets on loopback: TCP, datagrams, HTTP and playlists. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecorderTest {
    private static final int PACKET = TransportCutter.PACKET;

    @TempDir
    Path directory;

    private final AtomicLong received = new AtomicLong();
    private final RetryPolicy retry = new RetryPolicy(5, Duration.ofMillis(20), Duration.ofMillis(100));
    private InstantSource clock = InstantSource.system();

    private Recorder start(URI address, Duration stall, Duration giveUp, long backlog, String... allowed)
            throws IOException {
        FetchLimits limits = new FetchLimits(
                Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(20), 3, 1 << 24, "vito/test");
        AddressPolicy policy = AddressPolicy.standard(false, AllowedNetworks.with(List.of(allowed)));
        LiveFeeds feeds = new LiveFeeds(
                limits, new HlsLimits(360, 1000, 1 << 20, 10, Duration.ofSeconds(1)), policy, InstantSource.system());
        LiveSettings settings =
                new LiveSettings(address, Credentials.NONE, Duration.ofSeconds(2), stall, giveUp, backlog);
        return Recorder.start(directory.resolve("cuts"), settings, feeds, 1 << 24, retry, clock, received::addAndGet);
    }

    private Recorder start(URI address) throws IOException {
        return start(address, Duration.ofSeconds(2), Duration.ofMinutes(1), 1 << 24, "127.0.0.1");
    }

    private static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        CountDownLatch never = new CountDownLatch(1);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("not in time: " + what).isLessThan(deadline);
            assertThat(never.await(20, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    private static InetSocketAddress at(String host, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
    }

    private static int count(Recorder recorder) {
        try {
            return recorder.finished().size();
        } catch (IOException e) {
            return -1;
        }
    }

    private static byte[] bytes(Recorder recorder) throws IOException {
        List<byte[]> all = new java.util.ArrayList<>();
        for (Recorder.Cut cut : recorder.finished()) {
            all.add(Files.readAllBytes(cut.file()));
        }
        return Films.join(all);
    }

    @Test
    void aStreamOverTcpIsCutAndGoesOnAfterInterruptions() throws Exception {
        byte[] film = Films.transportStream(directory, 150, 0); // 6 s
        try (StreamServer camera = new StreamServer()) {
            camera.send(film);
            camera.send(new byte[0]);
            camera.sendAndStay(film);
            camera.sendAndStay(new byte[0]);
            try (Recorder recorder = start(camera.address())) {
                until(
                        "three files, two more",
                        () -> count(recorder) == 5); // the third is open while the camera is silent
                until("stalled", () -> recorder.trouble().contains("sent nothing for 2000 ms"));
                assertThat(recorder.trouble())
                        .startsWith("interrupted: ")
                        .contains(camera.address().toString());
                until("the third", () -> count(recorder) == 6);
                assertThat(recorder.isOver()).isFalse();
                assertThat(received.get()).isEqualTo(2L * film.length);
                assertThat(bytes(recorder).length).isGreaterThan(2 * film.length - 20 * PACKET);
            }
        }
    }

    @Test
    void pausesGrowUntilARecordingLastsLongerThanTheOneBefore() throws Exception {
        byte[] picture = Films.transportStream(directory, 1, 0);
        byte[] film = Films.transportStream(directory, 1500, 0);
        assertThat(film.length).isGreaterThan(4 << 16);
        clock = () -> Instant.EPOCH.plusMillis(received.get()); // bytes take time
        try (StreamServer camera = new StreamServer()) {
            for (int i = 0; i < 5; i++) {
                camera.send(picture);
            }
            camera.sendAndStay(new byte[0]);
            camera.send(film);
            camera.sendAndStay(new byte[0]);
            try (Recorder recorder = start(camera.address())) {
                until("the fifth", () -> recorder.trouble().endsWith("ended; " + next(camera, 5)));
                until("a first", () -> recorder.trouble().endsWith("ended; " + next(camera, 1)));
                assertThat(received.get()).isEqualTo(5 * picture.length + film.length);
            }
        }
    }

    private String next(StreamServer camera, int attempt) {
        Duration pause = retry.pause(camera.address().toString(), attempt, new IllegalStateException());
        return "next attempt in %d ms".formatted(pause.toMillis());
    }

    @Test
    void whatNeverComesBackIsGivenUpWithAReason() throws Exception {
        try (StreamServer camera = new StreamServer();
                Recorder recorder =
                        start(camera.address(), Duration.ofMillis(200), Duration.ofSeconds(1), 1 << 20, "127.0.0.1")) {
            until("over", recorder::isOver);
            assertThat(recorder.failure()).hasMessageContaining("is given up").hasMessageContaining("ended");
            assertThat(recorder.failure()).extracting(VitoException::reason).isEqualTo(Reason.UNREACHABLE);
            assertThat(camera.connections()).isGreaterThan(3);
        }
    }

    @Test
    void bytesWithoutPicturesAreAStallToo() throws Exception {
        byte[] film = Films.transportStream(directory, 50, 0);
        for (int at = 0; at < film.length; at += PACKET) {
            film[at + 1] |= 0x1f; // a number of no stream
            film[at + 2] = (byte) 0xff;
        }
        byte[] endless = Films.join(java.util.Collections.nCopies(2000, film));
        try (StreamServer camera = new StreamServer()) {
            for (int i = 0; i < 100; i++) {
                camera.send(endless);
            }
            try (Recorder recorder =
                    start(camera.address(), Duration.ofMillis(1), Duration.ofMinutes(1), 1 << 20, "127.0.0.1")) {
                until(
                        "stalled",
                        () -> recorder.trouble().contains("no picture for 1 ms")
                                || recorder.trouble().contains("sent nothing"));
            }
        }
    }

    @Test
    void whatMayNotBeConnectedToFailsAtOnce() throws Exception {
        try (StreamServer camera = new StreamServer();
                Recorder recorder =
                        start(camera.address(), Duration.ofSeconds(1), Duration.ofHours(1), 1 << 20, "10.0.0.0/8")) {
            until("over", recorder::isOver);
            assertThat(recorder.failure()).hasMessageContaining("this machine");
            assertThat(camera.connections()).isZero();
        }
        for (String group : List.of("udp://239.1.2.3:5000", "udp://224.0.0.1:5000")) {
            try (Recorder recorder = start(URI.create(group))) {
                until("over", recorder::isOver);
                assertThat(recorder.failure()).hasMessageContaining("multicast").hasMessageContaining("allow-networks");
            }
        }
    }

    @Test
    void whatACrashLeftIsAFileAndNothingIsRecordedWhileTooMuchWaits() throws Exception {
        byte[] film = Films.transportStream(directory, 150, 0);
        Path cuts = Files.createDirectories(directory.resolve("cuts"));
        Files.write(cuts.resolve("0000000000001-0.part"), film);
        Files.createFile(cuts.resolve("0000000000002-0.part"));
        try (StreamServer camera = new StreamServer()) {
            camera.sendAndStay(film);
            try (Recorder recorder = start(
                    camera.address(), Duration.ofMillis(500), Duration.ofMinutes(1), film.length - 1, "127.0.0.1")) {
                until("waits", () -> recorder.trouble().contains("wait to be taken in"));
                assertThat(camera.connections()).isZero();
                assertThat(recorder.finished()).hasSize(1);
                Recorder.Cut left = recorder.finished().get(0);
                assertThat(left.began().toEpochMilli()).isEqualTo(1);
                assertThat(Files.readAllBytes(left.file())).isEqualTo(film);
                Recorder.remove(left);
                until("recorded", () -> count(recorder) >= 2);
            }
        }
    }

    @Test
    void datagramsAreReceivedWithRtpAndWithout() throws Exception {
        byte[] film = Films.transportStream(directory, 150, 0);
        int port;
        try (DatagramSocket free = new DatagramSocket(at("127.0.0.1", 0))) {
            port = free.getLocalPort();
        }
        URI address = URI.create("udp://127.0.0.1:" + port);
        try (Recorder recorder = start(address);
                DatagramSocket sender = new DatagramSocket(at("127.0.0.1", 0));
                DatagramSocket stranger = new DatagramSocket(at("127.0.0.2", 0))) {
            send(sender, "127.0.0.1", port, film);
            until("a file", () -> count(recorder) >= 2);
            long before = received.get();
            stranger.send(new DatagramPacket(film, PACKET, at("127.0.0.1", port)));
            until("stalled", () -> recorder.trouble().contains("sent nothing"));
            assertThat(received.get()).isEqualTo(before);
            until("only a stranger sends", () -> {
                try {
                    stranger.send(new DatagramPacket(film, PACKET, at("127.0.0.1", port)));
                } catch (IOException e) {
                    return false; // nobody listens between two attempts
                }
                return recorder.trouble().contains("127.0.0.2, this machine");
            });
            assertThat(recorder.isOver()).isFalse();
        }
    }

    /** Sends until something is received, and then everything, as RTP and plain in turns. */
    private void send(DatagramSocket from, String to, int port, byte[] film) throws IOException, InterruptedException {
        byte[] tables = Arrays.copyOf(film, 3 * PACKET);
        until("bound", () -> {
            try {
                from.send(new DatagramPacket(tables, tables.length, at(to, port)));
            } catch (IOException e) {
                return false; // nobody listens yet
            }
            return received.get() > 0;
        });
        int number = 0;
        for (int at = 0; at < film.length; at += 7 * PACKET) {
            int length = Math.min(7 * PACKET, film.length - at);
            boolean rtp = number++ % 2 == 0;
            byte[] datagram = new byte[length + (rtp ? 12 : 0)];
            datagram[0] = (byte) 0x80;
            System.arraycopy(film, at, datagram, datagram.length - length, length);
            long before = received.get();
            from.send(new DatagramPacket(datagram, datagram.length, at(to, port)));
            until("received", () -> received.get() > before);
        }
    }

    @Test
    void aGroupThatIsAllowedIsReceived() throws Exception {
        byte[] film = Films.transportStream(directory, 150, 0);
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        String group = "239.255.77.78";
        int port;
        try (DatagramSocket free = new DatagramSocket(0)) {
            port = free.getLocalPort();
        }
        URI address = URI.create("udp://" + group + ":" + port + "?interface=" + loopback.getName());
        try (Recorder recorder =
                        start(address, Duration.ofSeconds(2), Duration.ofMinutes(1), 1 << 24, "239.255.0.0/16");
                DatagramSocket sender = new DatagramSocket(at("127.0.0.1", 0))) {
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
            send(sender, group, port, film);
            until("a file", () -> count(recorder) >= 2);
        }
        try (Recorder recorder = start(
                URI.create("udp://239.255.0.1:" + port + "?interface=none"),
                Duration.ofSeconds(2),
                Duration.ofMinutes(1),
                1 << 24,
                "239.255.0.0/16")) {
            until("over", recorder::isOver);
            assertThat(recorder.failure()).hasMessageContaining("no network interface none");
        }
    }

    @Test
    void aPlaylistThatGrowsIsCutBetweenSegmentsAndEnds() throws Exception {
        List<byte[]> film = Films.segments(directory, 384, 0); // 8 segments of 1.92 s
        try (Site site = new Site()) {
            for (int i = 0; i < film.size(); i++) {
                site.put("/" + i + ".ts", film.get(i));
            }
            site.put("/live.m3u8", "#EXTM3U", "#EXT-X-STREAM-INF:BANDWIDTH=1", "media.m3u8");
            site.put("/media.m3u8", window(0, 4, ""));
            try (Recorder recorder = start(site.at("/live.m3u8"))) {
                until("the last three, two of them a file", () -> count(recorder) == 1);
                site.breakDown("/media.m3u8", 2);
                site.put("/media.m3u8", window(3, 6, ""));
                until("two more", () -> count(recorder) == 2);
                site.put("/media.m3u8", window(7, 8, "#EXT-X-ENDLIST")); // number 6 is lost
                until("over", recorder::isOver);
                assertThat(recorder.failure()).isNull();
                List<Recorder.Cut> cuts = recorder.finished();
                assertThat(cuts).hasSize(4);
                assertThat(Files.readAllBytes(cuts.get(0).file())).isEqualTo(Films.join(film.subList(1, 3)));
                assertThat(Files.readAllBytes(cuts.get(1).file())).isEqualTo(Films.join(film.subList(3, 5)));
                assertThat(Files.readAllBytes(cuts.get(2).file())).isEqualTo(film.get(5));
                assertThat(Files.readAllBytes(cuts.get(3).file())).isEqualTo(film.get(7));
            }
        }
    }

    @Test
    void aPlaylistThatNoLongerGrowsHasStalledAndOneThatLeadsOutsideFails() throws Exception {
        try (Site site = new Site()) {
            site.put("/0.ts", Films.segments(directory, 48, 0).get(0));
            site.put("/still.m3u8", window(0, 1, ""));
            try (Recorder recorder = start(
                    site.at("/still.m3u8"), Duration.ofMillis(300), Duration.ofMinutes(1), 1 << 20, "127.0.0.1")) {
                until("stalled", () -> recorder.trouble().contains("has had no new segment for"));
            }
            site.put("/outside.m3u8", "#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXTINF:1,", "http://10.0.0.1/0.ts");
            try (Recorder recorder = start(site.at("/outside.m3u8"))) {
                until("over", recorder::isOver);
                assertThat(recorder.failure()).hasMessageContaining("10.0.0.1");
            }
        }
    }

    private static String[] window(int from, int to, String end) {
        List<String> lines = new java.util.ArrayList<>(
                List.of("#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXT-X-MEDIA-SEQUENCE:" + from));
        for (int i = from; i < to; i++) {
            lines.add("#EXTINF:1.0,");
            lines.add(i + ".ts");
        }
        lines.add(end);
        return lines.toArray(String[]::new);
    }
}
