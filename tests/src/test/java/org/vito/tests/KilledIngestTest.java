package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.Origin;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.VideoSubmission;

/** Ingest and the broker, each in a process of its own, killed while submissions flow. */
@Tag("system")
class KilledIngestTest {
    private static final int VIDEOS = 10;
    private static final int SUBMISSIONS = 60;
    private static final int WAVE = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private final List<byte[]> videos = new ArrayList<>();
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();

    @Test
    void eachSubmissionEndsInStoredOrInOneLetterNeverBothNeverNeither() throws Exception {
        for (int number = 0; number < VIDEOS; number++) {
            videos.add(Files.readAllBytes(Videos.generate(directory.resolve(number + ".mp4"), number, 3)));
        }
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        var threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.start();
        String base = "http://127.0.0.1:" + server.getAddress().getPort();
        try (SystemUnderTest system = new SystemUnderTest(directory)) {
            VitoProcess broker = system.start("broker");
            VitoProcess ingest = ingest(system);
            submit(system, base, 0);
            awaitDone(system, WAVE / 2);
            ingest = killed(system, ingest);
            submit(system, base, WAVE);
            awaitDone(system, WAVE + WAVE / 2);
            system.forget(broker);
            broker.kill();
            system.start("broker");
            submit(system, base, 2 * WAVE);
            awaitDone(system, 2 * WAVE + WAVE / 2);
            ingest = killed(system, ingest);
            awaitDone(system, SUBMISSIONS);
            system.forget(ingest);
            assertThat(ingest.stop()).as("what is left is finished").isTrue();
            assertEachEndedOnce(system, base);
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private static VitoProcess ingest(SystemUnderTest system) throws Exception {
        return system.start(
                "ingest",
                "--config",
                new File(KilledIngestTest.class.getResource("/tiny.conf").toURI()).getPath(),
                "-D",
                "vito.ingest.fetch.allow-networks=[\"127.0.0.1\"]",
                "-D",
                "vito.ingest.per-host.interval=50ms",
                "-D",
                "vito.ingest.retry.base=200ms",
                "-D",
                "vito.ingest.retry.most=1s");
    }

    private static VitoProcess killed(SystemUnderTest system, VitoProcess ingest) throws Exception {
        system.forget(ingest);
        ingest.kill();
        return ingest(system);
    }

    /** Of six one is not there, one is no video, one fails twice before it is sent; each video has several addresses. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            int number = Integer.parseInt(path.replaceAll("^/|\\.mp4$", ""));
            int times = asked.merge(path, 1, Integer::sum);
            byte[] body = kind(number).equals("text")
                    ? ("no video, but text " + number).repeat(50).getBytes(StandardCharsets.UTF_8)
                    : videos.get(number % VIDEOS);
            if (kind(number).equals("missing") || (kind(number).equals("flaky") && times <= 2)) {
                exchange.sendResponseHeaders(kind(number).equals("missing") ? 404 : 503, -1);
            } else {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static String kind(int number) {
        return switch (number % 6) {
            case 0 -> "missing";
            case 1 -> "text";
            case 2 -> "flaky";
            default -> "video";
        };
    }

    private static String address(String base, int number) {
        return base + "/" + number + ".mp4";
    }

    private static void submit(SystemUnderTest system, String base, int from) throws Exception {
        Map<String, Object> properties = new HashMap<>(system.kafka().producer());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
            for (int number = from; number < from + WAVE; number++) {
                String address = address(base, number);
                producer.send(Topics.SUBMITTED.record(VideoSubmission.newBuilder()
                                .setSubmissionId(address)
                                .setUri(address)
                                .build()))
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static void awaitDone(SystemUnderTest system, int count) throws Exception {
        system.await(
                Topics.STORED,
                "or a letter for " + count + " submissions",
                PATIENCE,
                stored -> origins(stored).size()
                                + system.log(Topics.DEAD_LETTERS).messages().size()
                        >= count);
    }

    /** Every address that the newest record of some video names, and how often. */
    private static Map<String, Long> origins(List<StoredVideo> stored) {
        Map<String, StoredVideo> newest = new TreeMap<>();
        stored.forEach(video -> newest.put(video.getVideoId(), video));
        return newest.values().stream()
                .flatMap(video -> video.getOriginsList().stream())
                .collect(Collectors.groupingBy(Origin::getUri, Collectors.counting()));
    }

    private static void assertEachEndedOnce(SystemUnderTest system, String base) {
        Map<String, Long> stored = origins(system.log(Topics.STORED).messages());
        Map<String, Long> letters = system.log(Topics.DEAD_LETTERS).messages().stream()
                .collect(Collectors.groupingBy(DeadLetter::getSubject, Collectors.counting()));
        for (int number = 0; number < SUBMISSIONS; number++) {
            String address = address(base, number);
            boolean good = kind(number).equals("flaky") || kind(number).equals("video");
            assertThat(stored.getOrDefault(address, 0L))
                    .as("%s stored", address)
                    .isEqualTo(good ? 1 : 0);
            assertThat(letters.getOrDefault(address, 0L))
                    .as("letters of %s", address)
                    .isEqualTo(good ? 0 : 1);
        }
        assertThat(stored.size() + letters.size()).isEqualTo(SUBMISSIONS);
    }
}
