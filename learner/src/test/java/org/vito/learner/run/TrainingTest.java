package org.vito.learner.run;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.vito.learner.TestBroker;
import org.vito.learner.TestClips;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.learner.checkpoint.Identity;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.RunningRole.Health;
import org.vito.protocol.Settings;
import org.vito.protocol.Stages;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.TrainingStep;

/** The learner on a real broker, its network alone being a stand-in: what is learned from, told, saved and gone on from. */
class TrainingTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static int runs;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path data;

    private KafkaAccess kafka;
    private Platform platform;
    private final String run = "run-" + runs++;

    @BeforeEach
    @SuppressWarnings("NullAway.Init") // the directory is there before
    void emptyTopic() throws Exception {
        kafka = TestBroker.withoutClips();
        platform = platform(data, kafka);
    }

    @AfterAll
    static void end() {
        KIT.shutdownTestKit();
    }

    private static Platform platform(Path data, KafkaAccess kafka) {
        return new Platform(
                kafka,
                DirectoryObjectStore.open(data.resolve("objects")),
                data,
                "test",
                InstantSource.system(),
                new Stages(new SimpleMeterRegistry()));
    }

    private static RunSettings settings(String run, String more) {
        Config config = ConfigFactory.parseString(
                        """
                        vito.learner {
                          run = "%s", seed = 3
                          data { mode = replay, look-again-after = 20ms, look-again-within = 100ms }
                          shuffle { capacity = 12 }
                          schedule { steps = 20, warm-up-steps = 5 }
                          checkpoint { every-steps = 5, every = 0, keep = 100 }
                          restart { attempts = 2, after = 20ms }
                        }
                        """
                                .formatted(run))
                .withFallback(ConfigFactory.load());
        Config merged = ConfigFactory.parseString(more).withFallback(config).resolve();
        Identity identity = Identity.of(merged, List.of("vito.learner.schedule"), List.of());
        return RunSettings.from(Settings.at(merged, "vito.learner"), StandInNetwork.CLIPS, identity);
    }

    private Learner start(String name, StandInNetwork.Maker maker, String more) {
        return Learner.start(KIT.system(), settings(name, more), maker, new StandInViews(), platform);
    }

    private static void write(int from, int to, String video) {
        try (KafkaProducer<String, byte[]> producer = TestBroker.producer("clips")) {
            producer.beginTransaction();
            for (int i = from; i < to; i++) {
                var clip = TestClips.clip(video.isEmpty() ? "v" + i % 9 : video, i);
                TestBroker.send(
                        producer,
                        new ProducerRecord<>(Topics.CLIPS.name(), i % 8, clip.getClipId(), clip.toByteArray()));
            }
            producer.commitTransaction();
        }
    }

    private static void finish(Learner learner) throws Exception {
        learner.ended().toCompletableFuture().get(180, TimeUnit.SECONDS);
    }

    private static Throwable failure(Learner learner) throws Exception {
        try {
            finish(learner);
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        }
        throw new AssertionError("the learner ended in order");
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
        }
    }

    /** The last telling of each step. */
    private static SortedMap<Long, TrainingStep> steps(String name) {
        TreeMap<Long, TrainingStep> steps = new TreeMap<>();
        TestBroker.read(Topics.TRAINING, s -> s.getRunId().equals(name)).forEach(s -> steps.put(s.getStep(), s));
        return steps;
    }

    private static TrainingStep step(String name, long step) {
        return Objects.requireNonNull(steps(name).get(step));
    }

    private static List<Double> losses(String name) {
        return steps(name).values().stream().map(TrainingStep::getLoss).toList();
    }

    /** By epoch, the places that were learned from. */
    private static Map<Long, List<String>> account(String name) {
        return steps(name).values().stream()
                .flatMap(s -> IntStream.range(0, s.getClipOffsetsCount())
                        .mapToObj(
                                i -> Map.entry(s.getClipEpochs(i), s.getClipPartitions(i) + "@" + s.getClipOffsets(i))))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    private List<CheckpointAnnouncement> announced() {
        return TestBroker.read(Topics.CHECKPOINTS, c -> c.getRunId().equals(run));
    }

    @Test
    void aRunThatIsStoppedOrKilledGoesOnAsIfNothingHadHappened() throws Exception {
        write(0, 25, "");
        StandInNetwork.Maker whole = new StandInNetwork.Maker();
        finish(start(run + "-whole", whole, ""));
        assertThat(whole.losses).hasSize(20);

        CountDownLatch seven = new CountDownLatch(1);
        CompletableFuture<Void> told = new CompletableFuture<>();
        StandInNetwork.Maker first = new StandInNetwork.Maker() {
            @Override
            double before(int steps) {
                if (steps >= 7) { // so many steps at most until it hears that it is to stop
                    seven.countDown();
                    told.completeOnTimeout(null, 5, TimeUnit.MINUTES).join();
                    new CompletableFuture<>()
                            .completeOnTimeout(null, 200, TimeUnit.MILLISECONDS)
                            .join();
                }
                return 0;
            }
        };
        Learner stopped = start(run, first, "");
        seven.await();
        stopped.stop();
        told.complete(null);
        finish(stopped);
        int done = first.losses.size();
        assertThat(done).isBetween(8, 19);
        assertThat(Checkpoints.latest(Checkpoints.directory(data, run))
                        .orElseThrow()
                        .manifest()
                        .step())
                .isEqualTo(done);

        StandInNetwork.Maker second = new StandInNetwork.Maker() {
            @Override
            double before(int steps) {
                if (done + steps == 19) {
                    throw new IllegalStateException("killed");
                }
                return 0;
            }
        };
        assertThat(failure(start(run, second, ""))).hasMessage("killed");
        StandInNetwork.Maker third = new StandInNetwork.Maker();
        finish(start(run, third, ""));
        assertThat(third.losses).hasSize(20 - (done < 15 ? 15 : Math.max(15, done)));
        assertThat(losses(run)).isEqualTo(whole.losses).isEqualTo(losses(run + "-whole"));

        Map<Long, List<String>> account = account(run);
        assertThat(account).containsOnlyKeys(1L, 2L, 3L, 4L);
        for (long epoch = 1; epoch <= 3; epoch++) {
            assertThat(account.get(epoch)).hasSize(25).doesNotHaveDuplicates();
        }
        assertThat(account.get(4L)).hasSize(5).doesNotHaveDuplicates();
        assertThat(step(run, 20).getGeneration()).isEqualTo(3);
        assertThat(announced())
                .extracting(CheckpointAnnouncement::getStep)
                .contains(0L, 5L, (long) done, 15L, 20L)
                .doesNotHaveDuplicates();
        for (CheckpointAnnouncement announcement : announced()) {
            Path directory = Path.of(java.net.URI.create(announcement.getAddress()));
            assertThat(Checkpoints.verify(directory).digest()).isEqualTo(announcement.getDigest());
        }
        assertThat(platform.stages().all())
                .filteredOn(m -> m.stage().equals("learn"))
                .allMatch(m -> m.passed() >= 160 && m.unit().equals("clips"));
    }

    @Test
    void aFailureThatMayPassIsAnsweredByAnotherGeneration() throws Exception {
        write(0, 25, "");
        StandInNetwork.Maker maker = new StandInNetwork.Maker() {
            private boolean failed;

            @Override
            double before(int steps) {
                if (steps == 12 && !failed) {
                    failed = true;
                    throw new RetriableException(Reason.KAFKA, "away for a moment");
                }
                return 0;
            }
        };
        Learner learner = start(run, maker, "");
        finish(learner);
        assertThat(learner.status().health()).isEqualTo(Health.STOPPED);
        assertThat(learner.status().detail()).contains("20");
        assertThat(steps(run)).hasSize(20);
        assertThat(step(run, 20).getGeneration()).isEqualTo(2);
        assertThat(maker.losses).hasSize(22); // steps 11 and 12 twice
    }

    @Test
    void aLossThatIsNoNumberHaltsAndKeepsTheLastCheckpoint() throws Exception {
        write(0, 25, "");
        StandInNetwork.Maker maker = new StandInNetwork.Maker() {
            @Override
            double before(int steps) {
                return steps == 12 ? Double.NaN : 0;
            }
        };
        Learner learner = start(run, maker, "");
        VitoException failure = (VitoException) failure(learner);
        assertThat(failure.reason()).isEqualTo(Reason.NOT_FINITE);
        assertThat(failure)
                .hasMessageContaining("step 13")
                .hasMessageContaining("step 10")
                .hasMessageMatching(".*v\\d@.*");
        assertThat(learner.status().health()).isEqualTo(Health.FAILED);
        assertThat(Checkpoints.latest(Checkpoints.directory(data, run))
                        .orElseThrow()
                        .manifest()
                        .step())
                .isEqualTo(10);
        assertThat(maker.closed.await(120, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aNewerLearnerFencesTheOlder() throws Exception {
        write(0, 25, "");
        CountDownLatch reached = new CountDownLatch(1);
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        StandInNetwork.Maker old = new StandInNetwork.Maker() {
            @Override
            double before(int steps) {
                if (steps == 7) {
                    reached.countDown();
                    goOn.join();
                }
                return 0;
            }
        };
        Learner older = start(run, old, "");
        reached.await();
        ActorTestKit elsewhere = ActorTestKit.create();
        try {
            Learner newer = Learner.start(
                    elsewhere.system(),
                    settings(run, ""),
                    new StandInNetwork.Maker(),
                    new StandInViews(),
                    platform(data, kafka));
            finish(newer);
            List<TrainingStep> told = List.copyOf(steps(run).values());
            List<CheckpointAnnouncement> announcements = announced();
            goOn.complete(null);
            assertThat(((VitoException) failure(older)).reason()).isEqualTo(Reason.FORBIDDEN);
            assertThat(steps(run).values()).containsExactlyElementsOf(told);
            assertThat(announced()).containsExactlyInAnyOrderElementsOf(announcements);
        } finally {
            elsewhere.shutdownTestKit();
        }
    }

    @Test
    void aLearnerWaitsForClipsAndSaysSo() throws Exception {
        Learner learner = start(run, new StandInNetwork.Maker(), "vito.learner.data.minimum = 10");
        write(0, 9, "");
        until(() -> learner.status().health() == Health.WAITING
                && learner.status().detail().equals("waiting for clips: 9 of 10 are there"));
        write(9, 25, "");
        finish(learner);
        assertThat(steps(run)).hasSize(20);
    }

    @Test
    void aLearnerThatWaitsCanBeStopped() throws Exception {
        Learner learner = start(run, new StandInNetwork.Maker(), "");
        until(() -> learner.status().health() == Health.WAITING);
        learner.stop();
        finish(learner);
        assertThat(Checkpoints.latest(Checkpoints.directory(data, run))
                        .orElseThrow()
                        .manifest()
                        .step())
                .isZero();
    }

    @Test
    void clipsThatCannotBeUsedBecomeOneDeadLetterEach() throws Exception {
        write(0, 20, "");
        write(20, 21, "damaged");
        try (KafkaProducer<String, byte[]> producer = TestBroker.producer("")) {
            TestBroker.send(
                    producer, new ProducerRecord<>(Topics.CLIPS.name(), 2, run + "-broken", new byte[] {(byte) 0xff}));
        }
        finish(start(run, new StandInNetwork.Maker(), ""));
        assertThat(TestBroker.read(Topics.DEAD_LETTERS, d -> Set.of(run + "-broken", "damaged@20")
                        .contains(d.getSubject())))
                .extracting(d -> d.getSubject() + " " + d.getReasonCode() + " " + d.getStage())
                .containsExactlyInAnyOrder(run + "-broken DAMAGED_RECORD learn", "damaged@20 DAMAGED_CLIP learn");
    }

    @Test
    void aCheckpointThatWasNotAnnouncedBeforeACrashIsAnnounced() throws Exception {
        write(0, 25, "");
        finish(start(run, new StandInNetwork.Maker(), ""));
        CheckpointAnnouncement last =
                announced().stream().filter(c -> c.getStep() == 20).findFirst().orElseThrow();
        try (KafkaProducer<String, byte[]> producer = TestBroker.producer("")) {
            TestBroker.send(
                    producer,
                    Topics.CHECKPOINTS.record(
                            last.toBuilder().setDigest("another").build()));
        }
        finish(start(run, new StandInNetwork.Maker(), ""));
        List<CheckpointAnnouncement> all = new ArrayList<>(announced());
        all.removeIf(c -> c.getStep() != 20);
        assertThat(all).hasSize(3);
        assertThat(all.get(2).getDigest()).isEqualTo(last.getDigest());
        finish(start(run, new StandInNetwork.Maker(), ""));
        assertThat(announced()).filteredOn(c -> c.getStep() == 20).hasSize(3);
    }

    @Test
    void aDiskThatCannotBeWrittenHaltsAndIsNamed() throws Exception {
        Files.writeString(data.resolve("runs"), "in the way");
        VitoException failure = (VitoException) failure(start(run, new StandInNetwork.Maker(), ""));
        assertThat(failure.reason()).isEqualTo(Reason.STORAGE);
        assertThat(failure).hasMessageContaining(data.resolve("runs").toString());
    }

    @Test
    void theProcessOfOneStepIsTold() throws Exception {
        write(0, 25, "");
        finish(start(run, new StandInNetwork.Maker(), ""));
        TrainingStep step = step(run, 6);
        Schedule schedule = settings(run, "").schedule();
        assertThat(step.getLearningRate()).isEqualTo(schedule.learningRate(5));
        assertThat(step.getEmaDecay()).isEqualTo(schedule.emaDecay(5));
        assertThat(step.getTotalSteps()).isEqualTo(20);
        assertThat(step.getClipsConsumed()).isEqualTo(24);
        assertThat(step.getStalledShare()).isBetween(0.0, 1.0);
        assertThat(step.getStepMs()).isPositive();
        assertThat(Duration.ofMillis(System.currentTimeMillis() - step.getAtMs()))
                .isLessThan(Duration.ofMinutes(2));
    }

    @Test
    void otherSettingsAreRefusedByKeyAndBothValues() throws Exception {
        write(0, 25, "");
        finish(start(run, new StandInNetwork.Maker(), ""));
        VitoException failure =
                (VitoException) failure(start(run, new StandInNetwork.Maker(), "vito.learner.schedule.steps = 30"));
        assertThat(failure.reason()).isEqualTo(Reason.OTHER_CONFIGURATION);
        assertThat(failure).hasMessageContaining("vito.learner.schedule.steps is 30, was 20");
    }

    @Test
    void aDamagedCheckpointIsNamedAndTheOneBeforeItGoesOn() throws Exception {
        write(0, 25, "");
        StandInNetwork.Maker whole = new StandInNetwork.Maker();
        finish(start(run, whole, ""));
        Path newest = Checkpoints.directory(data, run).resolve("step-00000020");
        Files.writeString(newest.resolve("weight"), "0x1.0p0");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger("org.vito.learner.checkpoint");
        logger.addAppender(log);
        StandInNetwork.Maker again = new StandInNetwork.Maker();
        try {
            finish(start(run, again, ""));
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(m -> m.contains(newest + " is damaged")
                        && m.contains("the one of step 15 is used")
                        && m.contains(newest.resolve("weight") + " has "));
        assertThat(again.losses).isEqualTo(whole.losses.subList(15, 20));
        assertThat(Checkpoints.verify(newest).manifest().generation()).isEqualTo(2);
    }
}
