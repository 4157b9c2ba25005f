package org.vito.ingest.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.RetriableException;

/** Downloads from a real server that breaks off, by fetchers that know of each other only what lies on the disk. */
@NullUnmarked // JUnit fills the fields
class PartialsTest {
    private static final int SIZE = 3 << 20;

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Integer> served = new CopyOnWriteArrayList<>(); // bytes of each answer
    private byte[] video;
    private volatile String tag = "\"v1\"";
    private volatile int most = SIZE; // of an answer, then it breaks off
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        video = new byte[SIZE];
        new Random(3).nextBytes(video);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        boolean same = tag.equals(exchange.getRequestHeaders().getFirst("If-Range"));
        int from = range != null && same ? Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1")) : 0;
        exchange.getResponseHeaders().add("ETag", tag);
        if (from > 0) {
            exchange.getResponseHeaders().add("Content-Range", "bytes %d-%d/%d".formatted(from, SIZE - 1, SIZE));
        }
        int count = Math.min(most, SIZE - from);
        served.add(count);
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, SIZE - from);
        OutputStream out = exchange.getResponseBody();
        out.write(video, from, count);
        out.flush();
        exchange.close();
    }

    private Download open(long mostBytes, InstantSource clock) {
        FetchLimits limits = new FetchLimits(
                Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(20), 3, SIZE, "vito/test");
        AddressPolicy policy = AddressPolicy.standard(false, AllowedNetworks.with(List.of("127.0.0.1")));
        HlsLimits hls = new HlsLimits(360, 100, 1 << 20, 10, Duration.ofSeconds(1));
        return Fetchers.keeping(directory.resolve("kept"), mostBytes, Duration.ofHours(1), limits, hls, policy, clock)
                .open(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/video.mp4?token=x"));
    }

    private Download open() {
        return open(2L * SIZE, InstantSource.system());
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("kept"))) {
            return files.toList();
        }
    }

    /** The first reader is never closed, as if its process had been killed. */
    @Test
    void afterAKillOnlyTheRestIsServed() throws IOException {
        InputStream killed = open().body();
        byte[] first = killed.readNBytes(1 << 20);
        try (Download again = open()) {
            assertThat(again.sizeBytes()).isEqualTo(SIZE);
            assertThat(again.body().readAllBytes()).isEqualTo(video);
        }
        assertThat(served).hasSize(2);
        assertThat(served.get(1)).isBetween(1, SIZE - first.length);
        assertThat(kept()).isEmpty();
    }

    @Test
    void attemptsGoOnWhereTheLastOneBrokeOff() throws IOException {
        most = 1 << 20;
        tag = "\"v1\"";
        for (int i = 0; i < 3; i++) {
            try (Download download = open()) {
                InputStream body = download.body();
                body.skipNBytes((long) i << 20);
                assertThat(body.readNBytes(1 << 19))
                        .isEqualTo(Arrays.copyOfRange(video, i << 20, (i << 20) + (1 << 19)));
                body.skipNBytes(1 << 19);
            }
        }
        assertThat(served).containsExactly(1 << 20, 1 << 20, 1 << 20);
        assertThat(kept()).isEmpty();
    }

    @Test
    void anotherVersionIsFetchedWhole() throws IOException {
        open().body().readNBytes(1 << 20);
        new Random(4).nextBytes(video);
        tag = "\"v2\"";
        try (Download again = open()) {
            assertThat(again.body().readAllBytes()).isEqualTo(video);
        }
        assertThat(served).containsExactly(SIZE, SIZE);
        assertThat(kept()).isEmpty();
    }

    @Test
    void whatIsOldTooMuchOrOfAnotherBootIsNotKept() throws IOException {
        open(SIZE - 1, InstantSource.system()).body().readNBytes(1 << 20);
        assertThat(kept()).isEmpty();
        open().body().readNBytes(1 << 20);
        assertThat(kept()).hasSize(2);
        Path head = kept().stream()
                .filter(p -> p.toString().endsWith(".head"))
                .findFirst()
                .orElseThrow();
        List<String> lines = Files.readAllLines(head);
        Files.write(
                head,
                Stream.concat(Stream.of("another boot"), lines.stream().skip(1)).toList());
        try (Download again = open()) {
            again.body().readNBytes(1 << 20);
        }
        assertThat(served).containsExactly(SIZE, SIZE, SIZE); // nothing was gone on with
        for (Path file : kept()) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofMinutes(61))));
        }
        Partials.in(directory.resolve("kept"), 1, Duration.ofHours(1), InstantSource.system());
        assertThat(kept()).isEmpty();
    }

    @Test
    void aCutBeginningIsAnErrorThatMayPass() throws IOException {
        open().body().readNBytes(1 << 20);
        Download again = open();
        Path part = kept().stream()
                .filter(p -> p.toString().endsWith(".part"))
                .findFirst()
                .orElseThrow();
        Files.write(part, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(() -> again.body().readAllBytes()).isInstanceOf(RetriableException.class);
        again.close();
        try (Download third = open()) {
            assertThat(third.body().readAllBytes()).isEqualTo(video);
        }
    }
}
