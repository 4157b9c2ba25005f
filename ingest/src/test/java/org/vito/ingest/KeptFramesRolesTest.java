package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.decode.DecodeRole;
import org.vito.decode.DecodeSettings;
import org.vito.decode.KeptFrames;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.CurationRequest;
import org.vito.protocol.v1.DecodeSegment;

/** What curation has decoded of a video on its way to the clips: real videos, processes, roles and broker. */
class KeptFramesRolesTest {
    private static final int FRAMES = 253;
    private static final AtomicInteger SHADE =
            new AtomicInteger(); // no two tests have the same video, Kafka being shared

    @TempDir
    Path directory;

    @BeforeEach
    void passOver() throws Exception {
        TestBroker.passOver(CurateRole.GROUP, List.of(Topics.STORED, Topics.CURATION_REQUESTS));
        TestBroker.passOver(DecodeRole.PLAN_GROUP, List.of(Topics.CURATED));
        TestBroker.passOver(DecodeRole.DECODE_GROUP, List.of(Topics.SEGMENTS));
    }

    private String store(TestSystem system, String title) throws Exception {
        int shade = SHADE.getAndIncrement();
        return TestVideos.store(system, directory.resolve("kept" + shade + ".mp4"), FRAMES, shade, title);
    }

    private RunningRole curate(TestSystem system, String... settings) throws Exception {
        Path vocabulary = Files.writeString(directory.resolve("classes.txt"), "night\nday\n");
        String rule =
                "vito.ingest.curate { rule = videonet, videonet { vocabulary = \"%s\", classifier = brightness } }"
                        .formatted(vocabulary);
        IngestSettings all = system.settings(rule, String.join("\n", settings));
        return CurateRole.start(system.actors, all, system.decoders, system.platform, new Brightness());
    }

    private static CurationDecision decision(Tail<CurationDecision> decisions, String id, int number) {
        return decisions.await(number, d -> d.getVideoId().equals(id)).get(number - 1);
    }

    @Test
    void framesOfVideosThatAreTakenAreKeptUntilTheirClipsAreMade() throws Exception {
        try (TestSystem system = new TestSystem(directory);
                Tail<CurationDecision> decisions = new Tail<>(Topics.CURATED);
                Tail<DecodeSegment> segments = new Tail<>(Topics.SEGMENTS);
                Tail<Clip> clips = new Tail<>(Topics.CLIPS)) {
            KeptFrames kept = new KeptFrames(system.platform.objects());
            RunningRole curate = curate(system);
            String taken = store(system, "The night");
            String left = store(system, "A knight");
            String dark = store(system, "A day"); // its first 100 frames are dark
            CurationDecision decision = decision(decisions, taken, 1);
            assertThat(decision.getAccepted()).isTrue();
            ByteString frames = kept.at(decision.getKeptFrames());
            assertThat(frames.isEmpty()).isFalse();
            for (String id : List.of(left, dark)) {
                assertThat(decision(decisions, id, 1).getAccepted()).isFalse();
                assertThat(decision(decisions, id, 1).getKeptFrames()).isEmpty();
            }
            assertThat(decision(decisions, dark, 1).getEvidenceList()).hasSize(100);
            assertThat(kept.bytes()).isEqualTo(frames.size());

            TestBroker.send(
                    Topics.CURATION_REQUESTS.name(),
                    taken,
                    CurationRequest.newBuilder().setBefore(decision).build().toByteArray());
            CurationDecision again = decision(decisions, taken, 2);
            assertThat(again.getAccepted()).isTrue();
            assertThat(again.getKeptFrames())
                    .as("its clips are made for the first decision")
                    .isEmpty();
            TestBroker.send(
                    Topics.CURATION_REQUESTS.name(),
                    dark,
                    CurationRequest.newBuilder()
                            .setBefore(decision(decisions, dark, 1).toBuilder()
                                    .setVideo(decision(decisions, dark, 1).getVideo().toBuilder()
                                            .setTitle("Night after all"))
                                    .clearEvidence())
                            .build()
                            .toByteArray());
            CurationDecision atLast = decision(decisions, dark, 2);
            assertThat(atLast.getAccepted()).isTrue();
            assertThat(atLast.getKeptFrames()).isNotEmpty();

            RunningRole decode = DecodeRole.start(
                    system.actors,
                    DecodeSettings.from(ConfigFactory.parseResources("application-test.conf")
                            .withFallback(ConfigFactory.load())),
                    system.decoders,
                    system.platform);
            for (CurationDecision each : List.of(decision, atLast)) {
                DecodeSegment segment = segments.await(1, s -> s.getVideoId().equals(each.getVideoId()))
                        .get(0);
                assertThat(segment.getKeptFrames()).isEqualTo(each.getKeptFrames());
                List<Clip> alone = system.decoders
                        .decode(
                                system.platform
                                        .objects()
                                        .localFile(each.getVideo().getAddress()),
                                segment)
                        .toCompletableFuture()
                        .join();
                assertThat(clips.await(alone.size(), c -> c.getVideoId().equals(each.getVideoId())))
                        .containsExactlyInAnyOrderElementsOf(alone);
            }
            assertThat(kept.bytes()).isZero();
            TestSystem.stop(curate);
            TestSystem.stop(decode);
            assertThat(clips.now(c -> Set.of(taken, left, dark).contains(c.getVideoId())))
                    .extracting(Clip::getClipId)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void nothingIsKeptWhereThatIsTheSetting() throws Exception {
        try (TestSystem system = new TestSystem(directory);
                Tail<CurationDecision> decisions = new Tail<>(Topics.CURATED)) {
            RunningRole curate = curate(system, "vito.ingest.curate.kept-frames.bytes = 0");
            CurationDecision decision = decision(decisions, store(system, "The night"), 1);
            assertThat(decision.getAccepted()).isTrue();
            assertThat(decision.getKeptFrames()).isEmpty();
            assertThat(new KeptFrames(system.platform.objects()).bytes()).isZero();
            TestSystem.stop(curate);
        }
    }

    @Test
    void theyCountForTheStoreAndGoBeforeAnyVideo() throws Exception {
        try (TestSystem system = new TestSystem(directory)) {
            KeptFrames kept = new KeptFrames(system.platform.objects());
            String id = store(system, "awaited");
            long size =
                    system.platform.objects().stat("videos/" + id).orElseThrow().sizeBytes();
            kept.keep(ByteString.copyFrom(new byte[1000]));
            RunningRole ingest = ingest(system, size + 1000);
            TestSystem.until("the frames are gone", () -> bytes(kept) == 0);
            TestSystem.until("there is room", () -> isUpWithRoom(ingest));
            TestSystem.stop(ingest);
            assertThat(system.platform.objects().stat("videos/" + id)).isPresent();
        }
    }

    private static boolean isUpWithRoom(RunningRole role) {
        return role.status().health() == RunningRole.Health.UP
                && !role.status().detail().contains("full");
    }

    private static long bytes(KeptFrames kept) {
        try {
            return kept.bytes();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static RunningRole ingest(TestSystem system, long limit) {
        return IngestRole.start(
                system.actors, system.settings("vito.ingest.store.limit = " + limit), system.decoders, system.platform);
    }
}
