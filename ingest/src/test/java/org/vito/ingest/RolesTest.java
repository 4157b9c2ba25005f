package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.ingest.curation.Curator;
import org.vito.ingest.curation.CuratorActor;
import org.vito.ingest.curation.CuratorActorCommands;
import org.vito.ingest.fetch.AddressPolicy;
import org.vito.ingest.fetch.AllowedNetworks;
import org.vito.ingest.fetch.Buckets;
import org.vito.ingest.fetch.LiveFeeds;
import org.vito.ingest.fetch.RetryPolicy;
import org.vito.ingest.source.SourceActor;
import org.vito.ingest.source.SourceActorCommands;
import org.vito.ingest.source.SourceSettings;
import org.vito.ingest.source.SourceState;
import org.vito.ingest.source.SourceTraffic;
import org.vito.ingest.source.SubmissionIds;
import org.vito.ingest.source.SubmissionWriter;
import org.vito.ingest.testing.Handling;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.VideoSubmission;

/** The life of roles and actors: restarts, failures, ends. */
class RolesTest {
    @TempDir
    Path directory;

    private TestSystem system;

    @BeforeEach
    void start() {
        system = new TestSystem(directory);
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    void aRestartSubmitsNothingAgainAndAManifestNamesItsBadLines() throws Exception {
        Path file = Files.writeString(directory.resolve("a.mp4"), "no video");
        Path list = directory.resolve("list.jsonl");
        Files.write(list, List.of("{\"path\": \"a.mp4\"}", "nonsense", "{\"path\": \"b.mp4\"}"));
        IngestSettings settings =
                system.settings("vito.ingest.sources = [{type = manifest, path = \"%s\"}]".formatted(list));
        try (Tail<VideoSubmission> submitted = new Tail<>(Topics.SUBMITTED);
                Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS)) {
            for (int run = 0; run < 2; run++) {
                RunningRole ingest = IngestRole.start(system.actors, settings, system.decoders, system.platform);
                TestSystem.until("finished", () -> ingest.status().detail().contains("1 finished"));
                letters.await(1, l -> l.getSubject().equals(list + ":2"));
                for (String name : List.of("a.mp4", "b.mp4")) {
                    String address = directory.resolve(name).toUri().toString();
                    letters.await(1, l -> l.getSubject().equals(address));
                }
                TestSystem.stop(ingest);
                assertThat(ingest.status().health()).isEqualTo(RunningRole.Health.STOPPED);
                assertThat(submitted.now(
                                s -> s.getUri().startsWith(directory.toUri().toString())))
                        .extracting(VideoSubmission::getSubmissionId)
                        .containsExactlyInAnyOrder(
                                SubmissionIds.of(file.toUri()),
                                SubmissionIds.of(directory.resolve("b.mp4").toUri()));
                List<DeadLetter> bad = letters.now(l -> l.getSubject().equals(list + ":2"));
                assertThat(bad).hasSize(1);
                assertThat(bad.get(0).getReasonCode()).isEqualTo("DAMAGED_RECORD");
                assertThat(bad.get(0).getValue().toStringUtf8()).isEqualTo("nonsense");
                assertThat(letters.now(l -> l.getSubject().equals(file.toUri().toString())))
                        .hasSize(1);
            }
        }
    }

    @Test
    void aVideoThatTheRuleCannotJudgeIsALetterAndTheOthersAreDecidedOnce() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Curator picky = new Curator() {
            @Override
            public String name() {
                return "picky/1";
            }

            @Override
            public List<Verdict> judge(List<StoredVideo> videos) {
                return videos.stream().map(this::judge).toList();
            }

            private Verdict judge(StoredVideo video) {
                if (video.getTitle().equals("poison")) {
                    throw new VitoException(Reason.DAMAGED_VIDEO, "cannot be looked at");
                }
                asked.incrementAndGet();
                return new Verdict(video.getTitle().equals("good"), "", "Because of its title.", List.of());
            }
        };
        String good = SubmissionIds.ofAddress("good " + directory);
        String bad = SubmissionIds.ofAddress("bad " + directory);
        String poison = SubmissionIds.ofAddress("poison " + directory);
        RunningRole curate = CurateRole.start(system.actors, system.settings(), system.platform, () -> picky);
        try (Tail<CurationDecision> decisions = new Tail<>(Topics.CURATED);
                Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS)) {
            for (int again = 0; again < 2; again++) {
                store(good, "good");
                store(poison, "poison");
                store(bad, "bad");
                letters.await(again + 1, l -> l.getSubject().equals(poison));
            }
            assertThat(decisions
                            .await(1, d -> d.getVideoId().equals(good))
                            .get(0)
                            .getAccepted())
                    .isTrue();
            assertThat(decisions
                            .await(1, d -> d.getVideoId().equals(bad))
                            .get(0)
                            .getAccepted())
                    .isFalse();
            TestSystem.stop(curate);
            store(good, "good");
            RunningRole next = CurateRole.start(system.actors, system.settings(), system.platform, () -> picky);
            String last = SubmissionIds.ofAddress("last " + directory);
            for (int i = 0; i < 8; i++) { // whatever partition, everything before has passed
                store(last, "good");
                store(SubmissionIds.ofAddress("last " + i + directory), "good");
            }
            for (int i = 0; i < 8; i++) {
                String id = SubmissionIds.ofAddress("last " + i + directory);
                decisions.await(1, d -> d.getVideoId().equals(id));
            }
            decisions.await(1, d -> d.getVideoId().equals(last));
            assertThat(decisions.now(d -> d.getVideoId().equals(good))).hasSize(1);
            assertThat(decisions.now(d -> d.getVideoId().equals(bad))).hasSize(1);
            assertThat(decisions.now(d -> d.getVideoId().equals(last))).hasSize(1);
            assertThat(decisions.now(d -> d.getVideoId().equals(poison))).isEmpty();
            assertThat(letters.now(l -> l.getSubject().equals(poison)).get(0).getStage())
                    .isEqualTo("curate.decide");
            TestSystem.stop(next);
        }
    }

    @Test
    void aRoleWhoseRuleCannotBeLoadedFails() {
        IngestSettings settings = system.settings("vito.ingest.restart { base = 10ms, most = 20ms, restarts = 2 }");
        RunningRole curate = CurateRole.start(system.actors, settings, system.platform, () -> {
            throw new VitoException(Reason.BAD_SETTING, "no such rule");
        });
        assertThatThrownBy(() -> curate.ended().toCompletableFuture().get(120, TimeUnit.SECONDS))
                .hasMessageContaining("the curator of curate failed too often");
        assertThat(curate.status().health()).isEqualTo(RunningRole.Health.FAILED);
    }

    @Test
    void aSourceThatCannotLookGivesUpInTheEndAndSaysSo() throws Exception {
        IngestSettings settings = system.settings(
                "vito.ingest.sources = [{type = directory, path = \"%s\"}]".formatted(directory.resolve("missing")));
        RunningRole ingest = IngestRole.start(system.actors, settings, system.decoders, system.platform);
        try (Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS)) {
            DeadLetter letter = letters.await(
                            1,
                            l -> l.getStage().equals("ingest.source")
                                    && l.getSubject().contains(directory.toString()))
                    .get(0);
            assertThat(letter.getReasonCode()).isEqualTo("STORAGE");
            assertThat(letter.getAttempts()).isEqualTo(3);
            assertThat(letter.getMessage()).contains("expected a directory");
            TestSystem.until("failed", () -> ingest.status().detail().contains("1 failed"));
        }
        TestSystem.stop(ingest);
    }

    @Test
    void everyCommandIsHandled() throws Exception {
        ActorTestKit kit = ActorTestKit.create(system.actors);
        TestProbe<SourceActor.Status> listener = kit.createTestProbe();
        SourceSettings source =
                new SourceSettings.Single("one", "", directory.resolve("x.mp4").toUri(), "");
        try (SubmissionWriter writer = SubmissionWriter.open(TestBroker.access())) {
            SourceActor.Means means = new SourceActor.Means(
                    writer,
                    directory.resolve("ledgers"),
                    system.platform.clock(),
                    Runnable::run,
                    new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1)),
                    10,
                    new Buckets(
                            system.settings().buckets(),
                            system.settings().fetch(),
                            AddressPolicy.standard(true, AllowedNetworks.publicOnly()),
                            system.platform.clock()),
                    new SourceActor.Live(
                            new LiveFeeds(
                                    system.settings().fetch(),
                                    system.settings().hls(),
                                    AddressPolicy.standard(true, AllowedNetworks.publicOnly()),
                                    system.platform.clock()),
                            system.platform.objects(),
                            directory.resolve("streams"),
                            1 << 20,
                            () -> false),
                    new SourceTraffic());
            Handling.everyCommand(
                    kit,
                    SourceActor.Command.class,
                    SourceActor.create(source, means, listener.ref()),
                    SourceActorCommands.all(
                            kit.<SourceActor.Status>createTestProbe().ref()));
        }
        TestProbe<CuratorActor.Verdicts> verdicts = kit.createTestProbe();
        Handling.everyCommand(
                kit,
                CuratorActor.Command.class,
                CuratorActor.create(() -> CuratorActorCommands.acceptAll(), Runnable::run, network -> {}),
                CuratorActorCommands.all(verdicts.ref()));
        RoleHandle handle = new RoleHandle("curate");
        assertThat(handle.status().health()).isEqualTo(RunningRole.Health.STARTING);
        Handling.everyCommand(
                kit,
                RoleGuardian.Command.class,
                RoleGuardian.create(new RoleHandle("test"), Duration.ofSeconds(1), context -> parts()),
                List.of(
                        new RoleGuardian.Stop(),
                        new RoleGuardian.CutOff(),
                        new RoleGuardian.StreamUp(),
                        new RoleGuardian.StreamDown(new IllegalStateException("down")),
                        new RoleGuardian.StreamEnded(null),
                        new RoleGuardian.SourceChanged(new SourceActor.Status("one", SourceState.IDLE, 1, "")),
                        new RoleGuardian.Noted("full"),
                        new RoleGuardian.ChildEnded("one", false)));
    }

    private RoleGuardian.Parts parts() {
        StageStream stream = StageStream.start(
                system.actors,
                system.platform,
                system.settings(),
                Topics.TRAINING.name(),
                "vito-test-" + System.nanoTime(),
                () -> {
                    throw new IllegalStateException("never starts");
                },
                new StageStream.Listener() {
                    @Override
                    public void up() {}

                    @Override
                    public void down(Throwable cause) {}
                });
        return new RoleGuardian.Parts() {
            @Override
            public StageStream stream() {
                return stream;
            }

            @Override
            public void stopActors() {}

            @Override
            public void close() {}
        };
    }

    private static void store(String id, String title) throws Exception {
        StoredVideo video =
                StoredVideo.newBuilder().setVideoId(id).setTitle(title).build();
        TestBroker.send(Topics.STORED.name(), id, video.toByteArray());
    }
}
