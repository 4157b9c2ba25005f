package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.decode.DecodeRole;
import org.vito.ingest.testing.Films;
import org.vito.ingest.testing.Site;
import org.vito.ingest.testing.StreamServer;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Sha256;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.SourceReport;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.VideoSubmission;

/** Streams that go on, over a real Kafka, real decoders and real sockets. */
class LiveIngestTest {
    private static final String DATE = "20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z";

    @TempDir
    Path directory;

    @Test
    void filesOfAStreamAreVideosWithTheirBeginningAsOriginAndNoneComesTwice() throws Exception {
        byte[] film = Films.transportStream(directory, 300, 40); // 12 s
        TestSystem system = new TestSystem(directory);
        try (StreamServer camera = new StreamServer();
                Tail<VideoSubmission> submitted = new Tail<>(Topics.SUBMITTED);
                Tail<StoredVideo> stored = new Tail<>(Topics.STORED)) {
            camera.sendAndStay(film);
            IngestSettings settings = system.settings(
                    """
                    vito.ingest.allow-files = false
                    vito.ingest.sources = [
                      { type = live, url = "%s", name = camera, length = 4s, stall = 1s, title = "A street", licence = CC0 }
                    ]"""
                            .formatted(camera.address()));
            RunningRole ingest = IngestRole.start(system.actors, settings, system.decoders, system.platform);
            Predicate<StoredVideo> mine = v -> v.getTitle().equals("A street");
            for (StoredVideo video : stored.await(3, mine)) { // the last by the stall
                assertThat(video.getContainer()).isEqualTo("mpegts");
                assertThat(video.getDurationUs()).isBetween(3_300_000L, 4_500_000L);
                assertThat(video.getLicence()).isEqualTo("CC0");
                assertThat(video.getOrigins(0).getUri()).matches(camera.address() + "#t=clock:" + DATE);
                assertThat(video.getOrigins(0).getSource()).isEqualTo("camera");
            }
            TestSystem.until(
                    "the trouble is told", () -> ingest.status().detail().contains("camera interrupted: "));
            TestSystem.stop(ingest);
            RunningRole again = IngestRole.start(system.actors, settings, system.decoders, system.platform);
            TestSystem.until("up", () -> again.status().detail().contains("camera interrupted: "));
            TestSystem.stop(again);
            assertThat(stored.now(mine)).hasSize(3);
            assertThat(submitted.now(s -> s.getSource().equals("camera"))).hasSize(3);
            try (Stream<Path> left = Files.walk(system.platform.data().resolve("streams"))) {
                assertThat(left.filter(Files::isRegularFile)).isEmpty();
            }
        } finally {
            system.close();
        }
    }

    @Test
    void aStreamThatEndsIsFinishedAndOneThatMayNotBeReadHasFailedWithALetter() throws Exception {
        List<byte[]> film = Films.segments(directory, 200, 70);
        TestSystem system = new TestSystem(directory);
        try (Site site = new Site();
                Tail<StoredVideo> stored = new Tail<>(Topics.STORED);
                Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS)) {
            List<String> lines = new ArrayList<>(List.of("#EXTM3U", "#EXT-X-TARGETDURATION:2"));
            for (int i = 0; i < film.size(); i++) {
                site.put("/" + i + ".ts", film.get(i));
                lines.addAll(List.of("#EXTINF:1.92,", i + ".ts"));
            }
            lines.add("#EXT-X-ENDLIST");
            site.put("/live.m3u8", lines.toArray(String[]::new));
            RunningRole ingest = IngestRole.start(
                    system.actors,
                    system.settings(
                            """
                            vito.ingest.sources = [
                              { type = live, url = "%s", name = "an event", length = 1h }
                              { type = live, url = "tcp://10.0.0.1:9?token=hidden", name = inner }
                            ]"""
                                    .formatted(site.at("/live.m3u8"))),
                    system.decoders,
                    system.platform);
            TestSystem.until(
                    "one finished, one failed", () -> ingest.status().detail().contains("1 finished, 1 failed"));
            StoredVideo video =
                    stored.await(1, v -> v.getTitle().equals("an event")).get(0);
            byte[] expected = Films.join(film.subList(film.size() - 3, film.size()));
            assertThat(Files.readAllBytes(system.platform.objects().localFile(video.getAddress())))
                    .isEqualTo(expected);
            DeadLetter letter =
                    letters.await(1, l -> l.getSubject().equals("inner")).get(0);
            assertThat(letter.getReasonCode()).isEqualTo("FORBIDDEN");
            assertThat(letter.getMessage()).contains("10.0.0.1").doesNotContain("hidden");
            assertThat(ingest.status().health()).isEqualTo(RunningRole.Health.UP);
            TestSystem.until("counted", () -> report(system, "an event").getStored() == 1);
            SourceReport event = report(system, "an event");
            assertThat(event.getState()).isEqualTo("finished");
            assertThat(event.getSubmitted()).isEqualTo(1);
            assertThat(event.getReceivedBytes()).isEqualTo(expected.length); // not once more when it was taken in
            assertThat(report(system, "inner").getState()).isEqualTo("failed");
            assertThat(report(system, "inner").getDetail()).contains("10.0.0.1").doesNotContain("hidden");
            TestSystem.stop(ingest);
        } finally {
            system.close();
        }
    }

    @Test
    void whileTheStoreIsFullAStreamIsRecordedUpToItsBacklogAndTakenInOnceThereIsRoom() throws Exception {
        TestBroker.passOver(CurateRole.GROUP, List.of(Topics.STORED, Topics.CURATION_REQUESTS));
        TestBroker.passOver(DecodeRole.PLAN_GROUP, List.of(Topics.CURATED));
        TestBroker.passOver(DecodeRole.DECODE_GROUP, List.of(Topics.SEGMENTS));
        byte[] film = Films.transportStream(directory, 300, 90); // three files
        Path filler = TestVideos.write(directory.resolve("filler.mp4"), 79, 90);
        TestSystem system = new TestSystem(directory);
        try (StreamServer camera = new StreamServer();
                Submitter submitter = Submitter.open(TestBroker.access(), system.platform.clock());
                Tail<VideoSubmission> submitted = new Tail<>(Topics.SUBMITTED);
                Tail<StoredVideo> stored = new Tail<>(Topics.STORED)) {
            IngestSettings settings = system.settings(
                    """
                    vito.ingest.store.limit = 1
                    vito.ingest.sources = [
                      { type = live, url = "%s", name = patient, length = 4s, stall = 1s, backlog = %d }
                    ]"""
                            .formatted(camera.address(), film.length / 2));
            RunningRole ingest = IngestRole.start(system.actors, settings, system.decoders, system.platform);
            submitter.submit(filler.toString(), "", "");
            TestSystem.until("full", () -> ingest.status().detail().contains("vito.ingest.store.limit is 1"));
            camera.sendAndStay(film);
            TestSystem.until("much waits", () -> report(system, "patient")
                    .getDetail()
                    .startsWith("nothing is recorded: more than " + film.length / 2 + " bytes"));
            assertThat(submitted.now(s -> s.getSource().equals("patient"))).isEmpty();
            String id = Sha256.of(filler);
            stored.await(1, v -> v.getVideoId().equals(id)); // it has its bytes, and fills the store, before its record
            assertThat(objects(system)).containsExactly("videos/" + id);
            int connections = camera.connections();

            TestBroker.passOver(CurateRole.GROUP, List.of(Topics.STORED)); // as if it had been judged and left out
            List<StoredVideo> videos = stored.await(2, v -> v.getTitle().equals("patient"));
            assertThat(videos).allMatch(v -> v.getDurationUs() > 3_300_000);
            assertThat(objects(system)).hasSize(2).doesNotContain("videos/" + id);
            TestSystem.until("it is recorded again", () -> camera.connections() > connections);
            TestSystem.stop(ingest);
        } finally {
            system.close();
        }
    }

    private static List<String> objects(TestSystem system) throws IOException {
        try (Stream<ObjectStore.Stat> all = system.platform.objects().list("videos")) {
            return all.map(ObjectStore.Stat::address).toList();
        }
    }

    private static SourceReport report(TestSystem system, String name) {
        return system
                .platform
                .stages()
                .meter("ingest", "videos", "vito-ingest", Topics.SUBMITTED.name())
                .sources()
                .stream()
                .filter(source -> source.getName().equals(name))
                .findFirst()
                .orElse(SourceReport.getDefaultInstance());
    }
}
