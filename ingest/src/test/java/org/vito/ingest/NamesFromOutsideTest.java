package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Sha256;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.VideoSubmission;

/** Names that others chose, in addresses, headers, titles and ids: none of them becomes the name of a file. */
class NamesFromOutsideTest {
    private static final List<String> NAMES = List.of(
            "..%2f..%2f..%2fescaped.mp4",
            "%2e%2e/%2e%2e/escaped.mp4",
            "..%5c..%5cescaped.mp4",
            "escaped%00.mp4",
            "%2fetc%2fescaped.mp4",
            "-escaped%0a.mp4");

    @TempDir
    Path directory;

    @Test
    void nothingIsWrittenButUnderContentAddresses() throws Exception {
        byte[] video = Files.readAllBytes(TestVideos.write(directory.resolve("made.mp4"), 75, 33));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Content-Disposition", "attachment; filename=\"../../escaped.mp4\"");
            exchange.sendResponseHeaders(200, video.length);
            exchange.getResponseBody().write(video);
            exchange.close();
        });
        server.start();
        TestSystem system = new TestSystem(directory);
        IngestSettings settings = system.settings("vito.ingest.per-host { concurrent = 8, interval = 1ms }");
        RunningRole ingest = IngestRole.start(system.actors, settings, system.decoders, system.platform);
        Set<Path> before = files();
        try (Tail<StoredVideo> stored = new Tail<>(Topics.STORED);
                Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS)) {
            for (String name : NAMES) {
                String uri = "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
                VideoSubmission submission = VideoSubmission.newBuilder()
                        .setSubmissionId("../../" + name)
                        .setUri(uri)
                        .setTitle("../../escaped" + name)
                        .setSource("../../escaped")
                        .setOrigin("../../escaped" + name)
                        .build();
                TestBroker.send(Topics.SUBMITTED.name(), "../../" + name, submission.toByteArray());
            }
            String id = Sha256.of(video);
            stored.await(1, v -> v.getVideoId().equals(id) && v.getOriginsCount() == NAMES.size());
            assertThat(letters.now(l -> l.getSubject().contains("escaped"))).isEmpty();
        } finally {
            TestSystem.stop(ingest);
            server.stop(0);
            system.close();
        }
        Set<Path> after = files();
        after.removeAll(before);
        assertThat(after).isNotEmpty();
        assertThat(after)
                .allSatisfy(file -> assertThat(directory.relativize(file).toString())
                        .matches("objects/videos/[0-9a-f]{2}/[0-9a-f]{64}"));
    }

    private Set<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
