package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.decode.DecodeRole;
import org.vito.decode.DecodeSettings;
import org.vito.ingest.curation.Curator;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Sha256;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.Origin;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.VideoSubmission;

/** A store of few bytes: real files come in over a real Kafka, are judged and decoded, and go. */
class StoreLimitTest {
    private static final int VIDEOS = 10;
    private static final int FIT = 4;
    private static final int FRAMES = 77; // as no other test has
    private static final AtomicInteger SHADE =
            new AtomicInteger(); // no two tests have the same video, Kafka being shared

    @TempDir
    Path directory;

    private final List<Path> files = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final List<RunningRole> running = new ArrayList<>();
    private long limit;

    /** Takes what is called good. */
    private static final class ByTitle implements Curator {
        @Override
        public String name() {
            return "by-title/1";
        }

        @Override
        public List<Verdict> judge(List<StoredVideo> videos) {
            return videos.stream()
                    .map(v -> new Verdict(v.getTitle().equals("good"), "", "Because of its title.", List.of()))
                    .toList();
        }
    }

    @BeforeEach
    void makeVideos() throws Exception {
        TestBroker.passOver(CurateRole.GROUP, List.of(Topics.STORED, Topics.CURATION_REQUESTS));
        TestBroker.passOver(DecodeRole.PLAN_GROUP, List.of(Topics.CURATED));
        TestBroker.passOver(DecodeRole.DECODE_GROUP, List.of(Topics.SEGMENTS));
        for (int i = 0; i < VIDEOS; i++) {
            Path file = TestVideos.write(directory.resolve("limited" + i + ".mp4"), FRAMES, SHADE.getAndIncrement());
            files.add(file);
            ids.add(Sha256.of(file));
            limit = Math.max(limit, FIT * Files.size(file));
        }
    }

    @Test
    void whatIsAwaitedStaysFetchingWaitsAndWhatIsFinishedGoes() throws Exception {
        String limited = "vito.ingest { store.limit = " + limit + ", in-flight = 3, parallel-fetches = 1 }";
        try (TestSystem killed = new TestSystem(directory);
                TestSystem system = new TestSystem(directory);
                Submitter submitter = Submitter.open(TestBroker.access(), system.platform.clock());
                Tail<StoredVideo> stored = new Tail<>(Topics.STORED);
                Tail<CurationDecision> decisions = new Tail<>(Topics.CURATED);
                Tail<DecodeSegment> segments = new Tail<>(Topics.SEGMENTS);
                Tail<Clip> clips = new Tail<>(Topics.CLIPS);
                Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS)) {
            IngestSettings settings = system.settings(limited);
            RunningRole first = IngestRole.start(killed.actors, settings, killed.decoders, killed.platform);
            for (int i = 0; i < VIDEOS; i++) {
                submitter.submit(files.get(i).toString(), i % 2 == 0 ? "good" : "bad", "");
            }
            awaitFull(first);
            killed.actors.terminate();
            killed.actors.getWhenTerminated().toCompletableFuture().join();

            RunningRole ingest = started(IngestRole.start(system.actors, settings, system.decoders, system.platform));
            awaitFull(ingest);
            List<String> early = stored.now(v -> ids.contains(v.getVideoId())).stream()
                    .map(StoredVideo::getVideoId)
                    .distinct()
                    .toList();
            assertThat(early).as("nobody has judged them").hasSizeBetween(1, FIT + 1);
            assertThat(objects(system)).as("nothing is removed").containsAll(early);
            assertThat(bytes(system)).isLessThan(2 * limit);

            started(CurateRole.start(system.actors, settings, system.platform, ByTitle::new));
            stored.await(early.size() + 1, v -> ids.contains(v.getVideoId()));
            TestSystem.until(
                    "only good ones fill the store", () -> accepted(decisions).size() >= FIT);
            awaitFull(ingest);
            assertThat(objects(system)).as("those to be decoded").containsAll(accepted(decisions));

            started(DecodeRole.start(
                    system.actors,
                    DecodeSettings.from(ConfigFactory.parseResources("application-test.conf")
                            .withFallback(ConfigFactory.load())),
                    system.decoders,
                    system.platform));
            for (String id : ids) {
                stored.await(1, v -> v.getVideoId().equals(id));
                CurationDecision decision =
                        decisions.await(1, d -> d.getVideoId().equals(id)).get(0);
                if (decision.getAccepted()) {
                    clips.await(1, c -> c.getVideoId().equals(id));
                }
            }
            TestSystem.until(
                    "there is room again",
                    () -> bytes(system) < limit && !ingest.status().detail().contains("full"));
            assertThat(letters.now(l -> ids.contains(l.getSubject()) || isOwn(l.getSubject())))
                    .as("nothing was removed that somebody awaited")
                    .isEmpty();

            String gone = accepted(decisions).stream()
                    .filter(id -> !objects(system).contains(id))
                    .findFirst()
                    .orElseThrow();
            DecodeSegment segment =
                    segments.await(1, s -> s.getVideoId().equals(gone)).get(0);
            TestBroker.send(Topics.SEGMENTS.name(), gone + "#0", segment.toByteArray());
            DeadLetter letter =
                    letters.await(1, l -> l.getSubject().equals(gone)).get(0);
            assertThat(letter.getReasonCode()).isEqualTo("NOT_FOUND");
            assertThat(letter.getMessage())
                    .contains("videos are removed from the store when their work is finished")
                    .contains("below " + limit + " bytes");

            String again = "tcp://camera/#t=clock:" + gone; // as a camera that shows the same once more
            TestBroker.send(
                    Topics.SUBMITTED.name(),
                    again,
                    Topics.SUBMITTED
                            .record(VideoSubmission.newBuilder()
                                    .setSubmissionId(again.substring(0, 40))
                                    .setUri("object:videos/" + gone)
                                    .setOrigin(again)
                                    .build())
                            .value());
            assertThat(stored.await(2, v -> v.getVideoId().equals(gone)).get(1).getOriginsList())
                    .extracting(Origin::getUri)
                    .containsExactlyInAnyOrder(
                            files.get(ids.indexOf(gone)).toUri().toString(), again);
            assertThat(objects(system)).doesNotContain(gone);

            Path elsewhere = Files.copy(files.get(ids.indexOf(gone)), directory.resolve("limited-elsewhere.mp4"));
            submitter.submit(elsewhere.toString(), "anew", "");
            stored.await(3, v -> v.getVideoId().equals(gone));
            stopAll();
        }
    }

    @Test
    void aRoleThatWaitsForRoomStopsAtOnceAndGoesOnAfterTheNextStart() throws Exception {
        try (TestSystem system = new TestSystem(directory);
                Submitter submitter = Submitter.open(TestBroker.access(), system.platform.clock());
                Tail<StoredVideo> stored = new Tail<>(Topics.STORED)) {
            // as a process leaves it that is killed before it has recorded the video
            try (var bytes = Files.newInputStream(files.get(0))) {
                system.platform.objects().put("videos", bytes, Long.MAX_VALUE);
            }
            RunningRole still = IngestRole.start(
                    system.actors,
                    system.settings("vito.ingest { store.limit = 1, retry.most = 1h, stop-timeout = 1h }"),
                    system.decoders,
                    system.platform);
            submitter.submit(files.get(0).toString(), "good", "");
            stored.await(1, v -> v.getVideoId().equals(ids.get(0)));
            awaitFull(still);
            submitter.submit(files.get(1).toString(), "good", "");
            TestSystem.until(
                    "it waits",
                    () -> system.platform
                                    .stages()
                                    .registry()
                                    .get("vito.stage.queued")
                                    .gauge()
                                    .value()
                            >= 1);
            TestSystem.stop(still);
            RunningRole free = IngestRole.start(system.actors, system.settings(), system.decoders, system.platform);
            stored.await(1, v -> v.getVideoId().equals(ids.get(1)));
            TestSystem.stop(free);
        }
    }

    private RunningRole started(RunningRole role) {
        running.add(role);
        return role;
    }

    private void stopAll() throws Exception {
        for (RunningRole role : running) {
            TestSystem.stop(role);
        }
    }

    private static void awaitFull(RunningRole ingest) throws InterruptedException {
        TestSystem.until("the store is full", () -> ingest.status().detail().contains("vito.ingest.store.limit is"));
    }

    private boolean isOwn(String subject) {
        return subject.contains(directory.toString());
    }

    private Set<String> accepted(Tail<CurationDecision> decisions) {
        return decisions.now(d -> ids.contains(d.getVideoId()) && d.getAccepted()).stream()
                .map(CurationDecision::getVideoId)
                .collect(java.util.stream.Collectors.toSet());
    }

    private static Set<String> objects(TestSystem system) {
        return list(system).stream()
                .map(o -> o.address().substring("videos/".length()))
                .collect(java.util.stream.Collectors.toSet());
    }

    private static long bytes(TestSystem system) {
        return list(system).stream().mapToLong(ObjectStore.Stat::sizeBytes).sum();
    }

    private static List<ObjectStore.Stat> list(TestSystem system) {
        try (var all = system.platform.objects().list("videos")) {
            return all.toList();
        } catch (UncheckedIOException e) {
            return list(system); // one went while it was listed
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
