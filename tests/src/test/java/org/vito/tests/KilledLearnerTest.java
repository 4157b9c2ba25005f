package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.TrainingStep;

/** Roles in processes of their own, as on a cluster, and a learner that is killed in the middle of its work. */
@Tag("system")
class KilledLearnerTest {
    private static final int VIDEOS = 5;
    private static final int CLIPS = VIDEOS * 4;
    private static final int PASSES = 64; // × 20 clips / 8 a batch = 160 steps, some twenty of them a second
    private static final int STEPS = CLIPS * PASSES / 8;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final AtomicInteger RUNS = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static SystemUnderTest system;

    private final String run = "killed" + RUNS.incrementAndGet();

    @BeforeAll
    static void start() throws Exception {
        system = new SystemUnderTest(directory);
        system.start("broker");
        makeClips();
    }

    @AfterAll
    static void end() {
        system.close();
    }

    @Test
    void nothingIsLostAndNothingDoubled() throws Exception {
        killTwiceAndFinish();
        assertNothingIsLostAndNothingDoubled();
    }

    /** First the learner that follows is killed, then the one that leads. */
    @Test
    void norWhereTwoLearnersTrainTogether() throws Exception {
        String address = "127.0.0.1:" + freePort();
        VitoProcess leader = system.start("learn", learning(rank(0, address)));
        VitoProcess member = system.startElsewhere("member", "learn", learning(rank(1, address)));

        awaitStep(22);
        system.forget(member);
        member.kill();
        member = system.startElsewhere("member", "learn", learning(rank(1, address)));
        awaitStep(42);
        system.forget(leader);
        leader.kill();
        leader = system.start("learn", learning(rank(0, address)));

        assertEndsWell(leader);
        assertEndsWell(member);
        assertNothingIsLostAndNothingDoubled();
    }

    private void awaitStep(long step) throws Exception {
        system.await(Topics.TRAINING, "step " + step + " of " + run, PATIENCE, told -> own(told).stream()
                .anyMatch(s -> s.getStep() >= step));
    }

    /** What this test's run told. */
    private List<TrainingStep> own(List<TrainingStep> told) {
        return told.stream().filter(step -> step.getRunId().equals(run)).toList();
    }

    private List<TrainingStep> told() {
        return own(system.log(Topics.TRAINING).messages());
    }

    private static String[] rank(int rank, String leader) {
        return new String[] {"--rank", String.valueOf(rank), "--of", "2", "--leader", leader};
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Path videos() throws Exception {
        Path videos = Files.createDirectory(directory.resolve("videos"));
        for (int number = 0; number < VIDEOS; number++) {
            Videos.generate(videos.resolve("generated" + number + ".mp4"), number, 11);
        }
        return videos;
    }

    private void assertNothingIsLostAndNothingDoubled() {
        List<TrainingStep> told = told();
        assertRetoldStepsAreTheSame(told);
        TreeSet<TrainingAccount.Position> produced = system.log(Topics.CLIPS).entries().stream()
                .map(e -> new TrainingAccount.Position(e.partition(), e.offset()))
                .collect(Collectors.toCollection(TreeSet::new));
        TrainingAccount account = new TrainingAccount(told);
        account.assertNoStepIsMissing(8);
        assertThat(account.epochs()).isEqualTo(PASSES);
        account.assertEveryEpochTakes(produced);
        assertThat(system.log(Topics.DEAD_LETTERS).messages()).isEmpty();
    }

    private static void makeClips() throws Exception {
        Path videos = videos();
        List<VitoProcess> roles = List.of(
                system.start("ingest", "--config", settings(), "--videos", videos.toString()),
                system.start("curate", "--config", settings()),
                system.start("decode", "--config", settings()));
        system.await(Topics.CLIPS, CLIPS + " clips", PATIENCE, clips -> clips.size() >= CLIPS);
        for (VitoProcess role : roles) {
            system.forget(role);
            assertThat(role.stop()).as("the role ends when it is asked to").isTrue();
        }
        assertThat(system.log(Topics.CLIPS).messages()).hasSize(CLIPS);
    }

    private void killTwiceAndFinish() throws Exception {
        VitoProcess learner = system.start("learn", learning());
        for (int kill = 1; kill <= 2; kill++) {
            // Two steps past a checkpoint, so that there is something to be done again.
            long step = 20L * kill + 2;
            awaitStep(step);
            system.forget(learner);
            learner.kill();
            long announced = newest();
            long generation = generation(told());
            assertThat(announced).isGreaterThanOrEqualTo(20L * (kill - 1));

            learner = system.start("learn", learning());
            List<TrainingStep> told = own(system.await(
                    Topics.TRAINING, "a step after the kill", PATIENCE, steps -> generation(own(steps)) > generation));
            int before = (int) told.stream()
                    .takeWhile(s -> s.getGeneration() <= generation)
                    .count();
            long from = told.get(before).getStep();
            assertThat(from).as("goes on from a checkpoint").isGreaterThan(announced);
            assertThat((from - 1) % 20)
                    .as("checkpoints are made each twenty steps")
                    .isZero();
            assertThat(from).as("no step is left out").isLessThanOrEqualTo(lastBefore(told, before) + 1);
        }
        assertEndsWell(learner);
    }

    private void assertEndsWell(VitoProcess learner) throws Exception {
        system.forget(learner);
        assertThat(system.guarded(() -> learner.awaitEnd(PATIENCE)))
                .as("the learner ends by itself when its work is done")
                .isZero();
        assertThat(newest()).isEqualTo(STEPS);
    }

    private String[] learning(String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of("--config", settings()));
        List<String> settings = List.of(
                "run=" + run,
                "data.mode=epochs",
                "data.passes=" + PASSES,
                "schedule.steps=" + STEPS,
                "checkpoint.every-steps=20",
                "restart.after=500ms");
        settings.forEach(setting -> options.addAll(List.of("-D", "vito.learner." + setting)));
        options.addAll(List.of(more));
        return options.toArray(String[]::new);
    }

    /** On one thread a resumed run repeats itself bit by bit: the same clips and the same loss. */
    private static void assertRetoldStepsAreTheSame(List<TrainingStep> told) {
        Map<Long, TrainingStep> first = new TreeMap<>();
        int retold = 0;
        for (TrainingStep step : told) {
            TrainingStep earlier = first.putIfAbsent(step.getStep(), step);
            if (earlier != null) {
                retold++;
                assertThat(step.getClipPartitionsList()).isEqualTo(earlier.getClipPartitionsList());
                assertThat(step.getClipOffsetsList()).isEqualTo(earlier.getClipOffsetsList());
                assertThat(step.getClipEpochsList()).isEqualTo(earlier.getClipEpochsList());
                assertThat(step.getLoss()).as("loss of step %d", step.getStep()).isEqualTo(earlier.getLoss());
            }
        }
        assertThat(retold).as("the kills left something to be done again").isPositive();
    }

    private static long generation(List<TrainingStep> told) {
        return told.stream().mapToLong(TrainingStep::getGeneration).max().orElse(0);
    }

    private long newest() {
        return system.log(Topics.CHECKPOINTS).messages().stream()
                .filter(checkpoint -> checkpoint.getRunId().equals(run))
                .mapToLong(CheckpointAnnouncement::getStep)
                .max()
                .orElse(-1);
    }

    private static long lastBefore(List<TrainingStep> told, int end) {
        return told.subList(0, end).stream()
                .mapToLong(TrainingStep::getStep)
                .max()
                .orElse(0);
    }

    private static String settings() throws Exception {
        return new File(KilledLearnerTest.class.getResource("/tiny.conf").toURI()).getPath();
    }
}
