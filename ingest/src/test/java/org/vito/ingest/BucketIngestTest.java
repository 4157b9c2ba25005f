package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.ingest.testing.S3Server;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Sha256;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.Origin;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.VideoSubmission;

/** Buckets of a real S3 server, over a real Kafka. */
class BucketIngestTest {
    private static final String SECRET = "hidden-secret";

    @TempDir
    Path directory;

    @BeforeEach
    void identify() {
        System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
        System.setProperty("aws.secretAccessKey", SECRET);
    }

    @AfterEach
    void forget() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void whatComesIntoABucketIsTakenOnceAndWhatIsPutAnewAgain() throws Exception {
        byte[] first = video(1);
        byte[] second = video(60);
        byte[] third = video(120);
        TestSystem system = new TestSystem(directory);
        try (S3Server server = S3Server.start(directory);
                Tail<StoredVideo> stored = new Tail<>(Topics.STORED);
                Tail<VideoSubmission> submitted = new Tail<>(Topics.SUBMITTED)) {
            server.createBucket("vito-films");
            server.put("/vito-films/in/a%20walk.mp4", first);
            server.put("/vito-films/in/notes.txt", new byte[] {1});
            server.put("/vito-films/out/other.mp4", third);
            IngestSettings settings = system.settings(
                    """
                    vito.ingest.s3 { endpoint = "%s", path-style = true }
                    vito.ingest.sources = [{ type = s3, bucket = vito-films, prefix = "in/", rescan = 200ms, licence = CC0 }]"""
                            .formatted(server.endpoint()));
            RunningRole ingest = IngestRole.start(system.actors, settings, system.decoders, system.platform);
            StoredVideo video = stored.await(1, v -> v.getVideoId().equals(Sha256.of(first)))
                    .get(0);
            assertThat(video.getTitle()).isEqualTo("a walk");
            assertThat(video.getLicence()).isEqualTo("CC0");
            assertThat(video.getOriginsList())
                    .extracting(Origin::getUri)
                    .containsExactly("s3://vito-films/in/a%20walk.mp4");
            server.put("/vito-films/in/0.mp4", second); // sorts before what is known
            stored.await(1, v -> v.getVideoId().equals(Sha256.of(second)));
            TestSystem.stop(ingest);
            server.put("/vito-films/in/0.mp4", third);
            RunningRole again = IngestRole.start(system.actors, settings, system.decoders, system.platform);
            stored.await(1, v -> v.getVideoId().equals(Sha256.of(third)));
            TestSystem.stop(again);
            assertThat(submitted.now(s -> s.getUri().startsWith("s3://vito-films/")))
                    .extracting(VideoSubmission::getUri)
                    .containsExactlyInAnyOrder(
                            "s3://vito-films/in/a%20walk.mp4", "s3://vito-films/in/0.mp4", "s3://vito-films/in/0.mp4");
        } finally {
            system.close();
        }
    }

    @Test
    void aBucketThatMayNotBeReadIsADeadLetterWithTheReason() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] refusal =
                "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
                        .getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/xml");
            exchange.sendResponseHeaders(403, refusal.length);
            exchange.getResponseBody().write(refusal);
            exchange.close();
        });
        server.start();
        TestSystem system = new TestSystem(directory);
        try (Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS);
                Submitter submitter = Submitter.open(TestBroker.access(), system.platform.clock())) {
            IngestSettings settings = system.settings(
                    """
                    vito.ingest.s3 { endpoint = "http://127.0.0.1:%d", path-style = true }
                    vito.ingest.sources = [{ type = s3, bucket = locked }]"""
                            .formatted(server.getAddress().getPort()));
            RunningRole ingest = IngestRole.start(system.actors, settings, system.decoders, system.platform);
            submitter.submit("s3://locked/one.mp4", "", "");
            for (String subject : new String[] {"s3://locked/", "s3://locked/one.mp4"}) {
                DeadLetter letter =
                        letters.await(1, l -> l.getSubject().equals(subject)).get(0);
                assertThat(letter.getReasonCode()).isEqualTo("FORBIDDEN");
                assertThat(letter.getMessage())
                        .contains("locked", "AccessDenied")
                        .doesNotContain(SECRET);
            }
            TestSystem.until("failed", () -> ingest.status().detail().contains("AccessDenied"));
            TestSystem.stop(ingest);
        } finally {
            server.stop(0);
            system.close();
        }
    }

    /** A video whose bytes no other test of this broker has stored. */
    private byte[] video(int shade) throws Exception {
        return Files.readAllBytes(TestVideos.write(directory.resolve("made" + shade + ".mp4"), 83, shade));
    }
}
