package org.vito.learner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.TrainingStep;

/**
 * A learner in a process of its own, with the real network on a real broker, killed (SIGKILL) again and again: while it
 * starts, between two steps, and inside a save. What it has told in the end is bit for bit what a learner tells that nobody
 * disturbs. {@code -Dvito.kills=50} kills that often; by default it is fewer, to keep the build short.
 */
class KilledAtRandomTest {
    private static final Logger log = LoggerFactory.getLogger(KilledAtRandomTest.class);
    private static final int KILLS = Integer.getInteger("vito.kills", 8);
    private static final long SEED = Long.getLong("vito.kills.seed", 1);
    private static final int EVERY_STEPS = 5;
    private static final int MOST_STEPS = 2 * EVERY_STEPS + 2; // of one life, before its end is prepared
    private static final int STEPS = KILLS * (MOST_STEPS + EVERY_STEPS);
    private static final Pattern STEP = Pattern.compile("step (\\d+)/\\d+.*");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path data;

    private final CounterRandom random = CounterRandom.of(SEED, "kills", 0, 0);
    private final SortedMap<Long, Long> durableBefore = new TreeMap<>(); // by generation
    private int insideSaves;

    private static String settings(String run) {
        return """
                vito.learner {
                  run = %s, seed = 11
                  shuffle.capacity = 16
                  schedule { steps = %d, warm-up-steps = 4, base-learning-rate = 12 }
                  checkpoint { every-steps = %d, every = 0, keep = 3 }
                  model {
                    architecture = tiny, block = bottleneck, depths = [1, 1, 1, 1], width = 4
                    projector { hidden = 32, output = 8 }
                    clips = 4, size = 32, threads = 1
                  }
                }
                vito.augment { size = 32, parallelism = 1 }
                """
                .formatted(run, STEPS, EVERY_STEPS);
    }

    @Test
    void nothingTellsTheKilledLearnerFromAnUndisturbedOne() throws Exception {
        KafkaAccess kafka = TestBroker.withoutClips();
        try (KafkaProducer<String, byte[]> producer = TestBroker.producer("")) {
            for (int i = 0; i < 26; i++) {
                TestBroker.send(producer, Topics.CLIPS.record(TestClips.noise("video" + i % 7, i)));
            }
        }
        Process undisturbed = start(kafka, "undisturbed");
        long began = System.nanoTime();
        awaitSteps(undisturbed, 0);
        int startMillis = (int) Duration.ofNanos(System.nanoTime() - began).toMillis();
        finish(undisturbed);
        for (int kill = 0; kill < KILLS; kill++) {
            liveAndDie(kafka, kill, startMillis);
        }
        noteDurable();
        finish(start(kafka, "killed"));
        log.info("{} kills, {} of them inside a save, {} generations", KILLS, insideSaves, durableBefore.size());

        SortedMap<Long, List<TrainingStep>> expected = told("undisturbed");
        SortedMap<Long, List<TrainingStep>> told = told("killed");
        assertThat(expected).hasSize(STEPS);
        assertThat(expected.values()).allMatch(tellings -> tellings.size() == 1);
        assertThat(told.keySet()).isEqualTo(expected.keySet());
        int again = 0;
        for (Map.Entry<Long, List<TrainingStep>> step : told.entrySet()) {
            TrainingStep first = expected.getOrDefault(step.getKey(), List.of()).get(0);
            for (TrainingStep telling : step.getValue()) {
                assertThat(Double.doubleToRawLongBits(telling.getLoss()))
                        .as("loss of step %d in generation %d", step.getKey(), telling.getGeneration())
                        .isEqualTo(Double.doubleToRawLongBits(first.getLoss()));
                assertThat(telling.getClipOffsetsList()).isEqualTo(first.getClipOffsetsList());
                assertThat(telling.getClipEpochsList()).isEqualTo(first.getClipEpochsList());
            }
            again += step.getValue().size() - 1;
        }
        log.info("{} steps told, {} of them again after a kill", STEPS, again);
        assertGoesOnFromTheNewestDurable(told);
        assertCheckpointsAreWhole();
    }

    /** One life of the learner, ended by a kill: while it starts, some steps after it began to train, or in a save. */
    private void liveAndDie(KafkaAccess kafka, int kill, int startMillis) throws Exception {
        noteDurable();
        Process process = start(kafka, "killed");
        int moment = random.nextInt(4);
        if (moment == 0) {
            awaitStart(process, random.nextInt(startMillis));
        } else {
            awaitSteps(process, random.nextInt(MOST_STEPS));
            if (moment <= 2) {
                awaitSave(process);
                pause(random.nextInt(12));
            } else {
                pause(random.nextInt(20));
            }
        }
        assertThat(process.isAlive()).as("life %d is ended by the kill", kill).isTrue();
        process.destroyForcibly().waitFor();
        insideSaves += isSaving() ? 1 : 0;
    }

    /** What the generation that begins next must go on from. */
    private void noteDurable() throws IOException {
        Path file = Checkpoints.runDirectory(data, "killed").resolve("generation");
        long last = Files.exists(file)
                ? Long.parseLong(Files.readString(file, StandardCharsets.UTF_8).strip())
                : 0;
        durableBefore.put(
                last + 1,
                Checkpoints.latest(Checkpoints.directory(data, "killed"))
                        .map(c -> c.manifest().step())
                        .orElse(0L));
    }

    /** Waits so long, but not beyond its first step: it may start faster than the one whose start was timed. */
    private static void awaitStart(Process process, int millis) throws IOException {
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < until) {
            String line = said.ready() ? said.readLine() : "";
            if (line == null || STEP.matcher(line).matches()) {
                return;
            }
            LockSupport.parkNanos(200_000);
        }
    }

    private static void awaitSteps(Process process, int count) throws IOException {
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        long first = -1;
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            Matcher step = STEP.matcher(line);
            if (step.matches()) {
                long now = Long.parseLong(step.group(1));
                first = first < 0 ? now : first;
                if (now >= first + count) {
                    return;
                }
            }
        }
        throw new AssertionError("the learner has ended: " + process);
    }

    private void awaitSave(Process process) throws IOException {
        long limit = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!isSaving()) {
            assertThat(process.isAlive() && System.nanoTime() < limit)
                    .as("there will be a save")
                    .isTrue();
            LockSupport.parkNanos(200_000);
        }
    }

    private boolean isSaving() throws IOException {
        Path checkpoints = Checkpoints.directory(data, "killed");
        if (!Files.isDirectory(checkpoints)) {
            return false;
        }
        try (Stream<Path> files = Files.list(checkpoints)) {
            return files.anyMatch(f -> f.getFileName().toString().startsWith(".writing-"));
        }
    }

    private static void pause(int millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private Process start(KafkaAccess kafka, String run) throws IOException {
        List<String> line = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                LearnerProcess.class.getName(),
                kafka.bootstrapServers(),
                data.toString(),
                settings(run));
        return new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        data.resolve(run + ".err").toFile()))
                .start();
    }

    private static void finish(Process process) throws Exception {
        List<String> said = new ArrayList<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
            }
        }
        assertThat(process.waitFor())
                .as("%s", said.subList(Math.max(0, said.size() - 40), said.size()))
                .isZero();
    }

    private static SortedMap<Long, List<TrainingStep>> told(String run) {
        TreeMap<Long, List<TrainingStep>> steps = new TreeMap<>();
        TestBroker.read(Topics.TRAINING, s -> s.getRunId().equals(run))
                .forEach(s -> steps.computeIfAbsent(s.getStep(), x -> new ArrayList<>())
                        .add(s));
        return steps;
    }

    private void assertGoesOnFromTheNewestDurable(SortedMap<Long, List<TrainingStep>> told) {
        TreeMap<Long, Long> first = new TreeMap<>();
        told.values().stream()
                .flatMap(List::stream)
                .forEach(s -> first.merge(s.getGeneration(), s.getStep(), Math::min));
        first.forEach((generation, step) -> assertThat(step)
                .as("first step of generation %d", generation)
                .isEqualTo(durableBefore.getOrDefault(generation, -1L) + 1));
    }

    private void assertCheckpointsAreWhole() {
        List<Path> checkpoints = Checkpoints.list(Checkpoints.directory(data, "killed"));
        assertThat(checkpoints).hasSize(3).allSatisfy(Checkpoints::verify);
        List<CheckpointAnnouncement> announced =
                TestBroker.read(Topics.CHECKPOINTS, c -> c.getRunId().equals("killed"));
        for (Path checkpoint : checkpoints) {
            Checkpoints.Verified whole = Checkpoints.verify(checkpoint);
            assertThat(announced)
                    .as("%s is announced", checkpoint)
                    .anyMatch(a -> a.getStep() == whole.manifest().step()
                            && a.getDigest().equals(whole.digest()));
        }
        for (String file : List.of("online.safetensors", "target.safetensors", "optimiser.safetensors", "data.json")) {
            assertThat(last("killed").files().get(file))
                    .as(file)
                    .isEqualTo(last("undisturbed").files().get(file));
        }
    }

    private org.vito.learner.checkpoint.Manifest last(String run) {
        return Checkpoints.latest(Checkpoints.directory(data, run))
                .orElseThrow()
                .manifest();
    }
}
