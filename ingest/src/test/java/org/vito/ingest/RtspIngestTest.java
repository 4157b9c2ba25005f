package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.ingest.testing.Camera;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.StoredVideo;

/** Cameras over a real Kafka, with real decoders. */
class RtspIngestTest {
    @TempDir
    Path directory;

    @Test
    void camerasBecomeVideosOfTheirOwnFrameRateOrDeadLetters() throws Exception {
        TestSystem system = new TestSystem(directory);
        try (Camera first = Camera.of("h264");
                Camera second = Camera.of("h265");
                Camera locked = Camera.of("h264");
                Tail<StoredVideo> stored = new Tail<>(Topics.STORED);
                Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS)) {
            first.stays(60);
            first.showsOnce(); // so that nothing is left to take in by the roles of other tests
            second.showsOnce();
            locked.wants("Digest realm=\"cam\", nonce=\"1\"", "nothing");
            RunningRole ingest = IngestRole.start(
                    system.actors,
                    system.settings(
                            """
                            vito.ingest.sources = [
                              { type = live, url = "%s", name = "first camera", stall = 2s }
                              { type = live, url = "%s", name = "second camera", user = me, password = hidden }
                              { type = live, url = "%s", name = locked, user = me, password = hidden }
                            ]"""
                                    .formatted(first.address(), second.address(), locked.address())),
                    system.decoders,
                    system.platform);
            StoredVideo video =
                    stored.await(1, v -> v.getTitle().equals("first camera")).get(0);
            assertThat(video.getContainer()).isEqualTo("mpegts");
            assertThat(video.getCodec()).isEqualTo("h264");
            assertThat(List.of(video.getWidth(), video.getHeight())).containsExactly(192, 144);
            assertThat(video.getFramesPerSecond()).isEqualTo(25);
            assertThat(video.getDurationUs()).isBetween(3_950_000L, 4_050_000L);
            assertThat(video.getOrigins(0).getUri()).startsWith(first.address() + "#t=clock:20");
            StoredVideo other =
                    stored.await(1, v -> v.getTitle().equals("second camera")).get(0);
            assertThat(other.getCodec()).isEqualTo("hevc");
            assertThat(other.getFramesPerSecond()).isEqualTo(25);
            assertThat(other.getDurationUs()).isBetween(3_950_000L, 4_050_000L);
            DeadLetter letter =
                    letters.await(1, l -> l.getSubject().equals("locked")).get(0);
            assertThat(letter.getReasonCode()).isEqualTo("FORBIDDEN");
            assertThat(letter.getMessage())
                    .contains("does not accept user and password")
                    .doesNotContain("hidden");
            TestSystem.stop(ingest);
        } finally {
            system.close();
        }
    }
}
