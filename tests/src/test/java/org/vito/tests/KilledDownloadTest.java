package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Sha256;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.StoredVideo;

/** Ingest in a process of its own, killed in the middle of two downloads; one of them is of another version afterwards. */
@Tag("system")
class KilledDownloadTest {
    private static final int PADDING = 4 << 20; // bytes
    private static final int CHUNK = 1 << 16;
    private static final int BEFORE = 2 << 20; // bytes that come before the kill
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private final Map<String, byte[]> bodies = new ConcurrentHashMap<>(); // by path
    private final List<Answer> answers = new CopyOnWriteArrayList<>();
    private final CountDownLatch killed = new CountDownLatch(1);

    /** From which byte of what on a request was answered, and whether that was the rest of a version it named. */
    private record Answer(String path, int from, String tag) {}

    @Test
    void whatWasKeptIsNotFetchedAgainAndAnotherVersionIsFetchedWhole() throws Exception {
        byte[] same = video(1);
        byte[] old = video(2);
        bodies.put("/same.mp4", same);
        bodies.put("/other.mp4", old);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.start();
        String base = "http://127.0.0.1:" + server.getAddress().getPort();
        Path downloads = directory.resolve("data").resolve("downloads");
        try (SystemUnderTest system = new SystemUnderTest(directory)) {
            system.start("broker");
            VitoProcess ingest = ingest(system, base);
            Patience.until("both are kept in part", PATIENCE, () -> {
                ingest.checkAlive();
                boolean both =
                        Stream.of("/same.mp4", "/other.mp4").allMatch(path -> kept(downloads, base + path) == BEFORE);
                return both ? true : null;
            });
            system.forget(ingest);
            ingest.kill();
            byte[] changed = video(3);
            bodies.put("/other.mp4", changed);
            killed.countDown();
            VitoProcess again = ingest(system, base);
            List<StoredVideo> stored = system.await(Topics.STORED, "both", PATIENCE, all -> all.size() >= 2);
            assertThat(stored)
                    .extracting(StoredVideo::getVideoId)
                    .containsExactlyInAnyOrder(Sha256.of(same), Sha256.of(changed));
            assertThat(answers)
                    .containsExactlyInAnyOrder(
                            new Answer("/same.mp4", 0, ""),
                            new Answer("/other.mp4", 0, ""),
                            new Answer("/same.mp4", BEFORE, tag(same)),
                            new Answer("/other.mp4", 0, tag(old)));
            try (Stream<Path> left = Files.list(downloads)) {
                assertThat(left).isEmpty();
            }
            system.forget(again);
            assertThat(again.stop()).isTrue();
            assertThat(system.log(Topics.DEAD_LETTERS).messages()).isEmpty();
        } finally {
            killed.countDown();
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private VitoProcess ingest(SystemUnderTest system, String base) throws Exception {
        return system.start(
                "ingest",
                "--config",
                new File(KilledDownloadTest.class.getResource("/tiny.conf").toURI()).getPath(),
                "-Dvito.ingest.fetch.allow-networks=[\"127.0.0.1\"]",
                "-Dvito.ingest.sources=[ { type = http, url = \"%1$s/same.mp4\" }, { type = http, url = \"%1$s/other.mp4\" } ]"
                        .formatted(base));
    }

    /** A video and behind it, in a box that is skipped, some megabytes of its own. */
    private byte[] video(int number) throws IOException {
        byte[] video = Files.readAllBytes(Videos.generate(directory.resolve(number + ".mp4"), number, 3));
        byte[] padding = new byte[PADDING];
        new Random(number).nextBytes(padding);
        return ByteBuffer.allocate(video.length + 8 + PADDING)
                .put(video)
                .putInt(8 + PADDING)
                .put("free".getBytes(StandardCharsets.US_ASCII))
                .put(padding)
                .array();
    }

    private static String tag(byte[] body) {
        return '"' + Sha256.of(body).substring(0, 8) + '"';
    }

    private static long kept(Path downloads, String address) {
        return downloads
                .resolve(Sha256.of(address.getBytes(StandardCharsets.UTF_8)) + ".part")
                .toFile()
                .length();
    }

    /** Sends a body slowly, and no more than its beginning until the kill. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = Objects.requireNonNull(bodies.get(path));
            String range = exchange.getRequestHeaders().getFirst("Range");
            String expected = exchange.getRequestHeaders().getFirst("If-Range");
            int from = range != null && tag(body).equals(expected)
                    ? Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"))
                    : 0;
            answers.add(new Answer(path, from, expected == null ? "" : expected));
            exchange.getResponseHeaders().add("ETag", tag(body));
            if (from > 0) {
                exchange.getResponseHeaders()
                        .add("Content-Range", "bytes %d-%d/%d".formatted(from, body.length - 1, body.length));
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, body.length - from);
            OutputStream out = exchange.getResponseBody();
            for (int at = from; at < body.length; at += CHUNK) {
                if (at == BEFORE) {
                    out.flush();
                    killed.await();
                }
                out.write(body, at, Math.min(CHUNK, body.length - at));
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
