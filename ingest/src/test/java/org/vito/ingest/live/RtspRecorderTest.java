package org.vito.ingest.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vito.ingest.fetch.AddressPolicy;
import org.vito.ingest.fetch.AllowedNetworks;
import org.vito.ingest.fetch.Credentials;
import org.vito.ingest.fetch.FetchLimits;
import org.vito.ingest.fetch.HlsLimits;
import org.vito.ingest.fetch.LiveFeeds;
import org.vito.ingest.fetch.RetryPolicy;
import org.vito.ingest.testing.Camera;
import org.vito.ingest.testing.StreamServer;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Recordings of RTSP servers on loopback. */
class RtspRecorderTest {
    private static final Credentials ME = new Credentials("me", "hidden");

    @TempDir
    Path directory;

    private final AtomicLong received = new AtomicLong();

    private Recorder start(URI address, Credentials credentials, Duration giveUp, String... allowed)
            throws IOException {
        FetchLimits limits = new FetchLimits(
                Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(20), 3, 1 << 24, "vito/test");
        AddressPolicy policy = AddressPolicy.standard(false, AllowedNetworks.with(List.of(allowed)));
        LiveFeeds feeds = new LiveFeeds(
                limits, new HlsLimits(360, 1000, 1 << 20, 10, Duration.ofSeconds(1)), policy, InstantSource.system());
        LiveSettings settings =
                new LiveSettings(address, credentials, Duration.ofMinutes(1), Duration.ofSeconds(5), giveUp, 1 << 24);
        RetryPolicy retry = new RetryPolicy(5, Duration.ofMillis(20), Duration.ofMillis(100));
        return Recorder.start(
                directory.resolve("cuts"),
                settings,
                feeds,
                1 << 24,
                retry,
                InstantSource.system(),
                received::addAndGet);
    }

    private Recorder start(URI address, Credentials credentials) throws IOException {
        return start(address, credentials, Duration.ofMinutes(1), "127.0.0.1");
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void until(String what, Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        CountDownLatch never = new CountDownLatch(1);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("not in time: " + what).isLessThan(deadline);
            assertThat(never.await(20, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    @Test
    void anInterruptedCameraIsAskedAgainAndEveryPartIsAFile() throws Exception {
        try (Camera camera = Camera.of("h264");
                Recorder recorder = start(camera.address(), Credentials.NONE)) {
            until("two files", () -> recorder.finished().size() >= 2);
            byte[] first = Files.readAllBytes(recorder.finished().get(0).file());
            assertThat(first)
                    .isEqualTo(Files.readAllBytes(recorder.finished().get(1).file()));
            assertThat(first.length).isGreaterThan(75_294); // that many bytes of packets, and headers
            String whole = camera.address().toString();
            assertThat(camera.requests())
                    .startsWith(
                            "DESCRIBE " + whole,
                            "SETUP " + whole.replace("?stream=1", "/streamid=0"),
                            "PLAY " + whole.replace("?stream=1", "/"),
                            "DESCRIBE " + whole);
        }
    }

    @Test
    void theSessionIsKeptAliveAndEndedByWhoeverAskedForIt() throws Exception {
        try (Camera camera = Camera.of("h265")) {
            camera.stays(2);
            camera.wants("Digest realm=\"cam\", nonce=\"n\"", "Digest username=\"me\", realm=\"cam\", nonce=\"n\"");
            try (Recorder recorder = start(camera.address(), ME)) {
                until("received", () -> received.get() > 66_898);
                until("kept alive", () -> {
                    camera.report();
                    return camera.requests().stream()
                                    .filter(r -> r.startsWith("OPTIONS "))
                                    .count()
                            >= 2;
                });
                assertThat(recorder.trouble()).isEmpty();
            }
            until(
                    "ended",
                    () -> camera.requests().get(camera.requests().size() - 1).startsWith("TEARDOWN "));
            assertThat(camera.requests().stream().filter(r -> r.startsWith("DESCRIBE ")))
                    .hasSize(2); // one was refused
            assertThat(camera.requests().stream().filter(r -> r.startsWith("PLAY ")))
                    .hasSize(1);
        }
    }

    @Test
    void whoeverMayNotSeeIsToldWhy() throws Exception {
        try (Camera camera = Camera.of("h264")) {
            camera.wants("Basic realm=\"cam\"", "Basic xyz");
            assertThat(failure(camera.address(), Credentials.NONE, "127.0.0.1"))
                    .hasMessageContaining("wants a user and a password")
                    .extracting(VitoException::reason)
                    .isEqualTo(Reason.FORBIDDEN);
            assertThat(failure(camera.address(), ME, "127.0.0.1"))
                    .hasMessageContaining("does not accept")
                    .extracting(Throwable::getMessage)
                    .asString()
                    .doesNotContain("hidden");
            assertThat(ME.toString()).doesNotContain("hidden");
            int asked = camera.requests().size();
            assertThat(failure(camera.address(), ME, "10.0.0.0/8").reason()).isEqualTo(Reason.FORBIDDEN);
            assertThat(camera.requests()).hasSize(asked);
        }
    }

    private VitoException failure(URI address, Credentials credentials, String allowed) throws Exception {
        try (Recorder recorder = start(address, credentials, Duration.ofSeconds(1), allowed)) {
            until("over", recorder::isOver);
            return Objects.requireNonNull(recorder.failure());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BAD_ADDRESS, HTTP/1.1 200 OK||, instead of RTSP/1.0",
        "BAD_ADDRESS, RTSP/1.0 200 OK|no field||, a header line that is none",
        "BAD_ADDRESS, RTSP/1.0 461 Unsupported Transport||, does not send over TCP",
        "TOO_LARGE, RTSP/1.0 200 OK|Content-Length: 99999999||, at most 262144 are read",
        "NOT_A_VIDEO, RTSP/1.0 200 OK|Content-Length: 5||v=0|, without a video",
        "NOT_FOUND, RTSP/1.0 404 Not Found||, answered DESCRIBE with RTSP 404",
        "UNREACHABLE, RTSP/1.0 503 Busy||, answered DESCRIBE with RTSP 503",
        "UNREACHABLE, RTSP/1.0 200 OK, within its answer",
        "UNREACHABLE, $, ended"
    })
    void whatIsNoCameraIsToldSo(Reason reason, String answer, String message) throws Exception {
        try (StreamServer server = new StreamServer()) {
            for (int i = 0; i < 100; i++) {
                server.send(answer.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            }
            VitoException failure =
                    failure(URI.create(server.address().toString().replace("tcp:", "rtsp:")), ME, "127.0.0.1");
            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure).hasMessageContaining(message);
        }
    }
}
