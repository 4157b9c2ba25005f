package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Sha256;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.Origin;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.SubmissionRetry;

/** Hosts that ask to be left alone, over a real Kafka. */
class PoliteIngestTest {
    private static final int WAITING = 12;

    @TempDir
    Path directory;

    @Test
    void whoMustWaitHoldsNobodyUpAndIsTakenInTheEnd() throws Exception {
        byte[] video = Files.readAllBytes(TestVideos.write(directory.resolve("served.mp4"), 75, 30));
        Path file = TestVideos.write(directory.resolve("file.mp4"), 75, 31);
        AtomicBoolean open = new AtomicBoolean();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "1");
            exchange.sendResponseHeaders(open.get() ? 200 : 429, open.get() ? video.length : -1);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(open.get() ? video : new byte[0]);
            }
        });
        server.start();
        TestSystem system = new TestSystem(directory);
        IngestSettings settings = system.settings(
                "vito.ingest { in-flight = 2, retry { attempts = 100, most = 500ms }, per-host { concurrent = 1, interval = 1ms, waiting = 1 } }");
        RunningRole ingest = IngestRole.start(system.actors, settings, system.decoders, system.platform);
        try (Submitter submitter = Submitter.open(TestBroker.access(), system.platform.clock());
                Tail<StoredVideo> stored = new Tail<>(Topics.STORED);
                Tail<SubmissionRetry> retries = new Tail<>(Topics.RETRIES);
                Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS)) {
            String base = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
            List<String> addresses = new ArrayList<>();
            for (int i = 0; i < WAITING; i++) {
                addresses.add(base + i + ".mp4");
                submitter.submit(addresses.get(i), "", "");
            }
            retries.await(WAITING, r -> r.getValue().toStringUtf8().contains(base));
            submitter.submit(file.toString(), "", "");
            String other = Sha256.of(file);
            stored.await(1, v -> v.getVideoId().equals(other));
            open.set(true);
            String id = Sha256.of(video);
            List<StoredVideo> records =
                    stored.await(WAITING, v -> v.getVideoId().equals(id));
            assertThat(records.get(WAITING - 1).getOriginsList())
                    .extracting(Origin::getUri)
                    .containsExactlyInAnyOrderElementsOf(addresses);
            assertThat(letters.now(l -> l.getSubject().startsWith(base))).isEmpty();
        } finally {
            TestSystem.stop(ingest);
            server.stop(0);
            system.close();
        }
    }
}
