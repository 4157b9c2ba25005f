package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.LearnerSettings;
import org.vito.learner.checkpoint.CheckpointStore;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.learner.model.TrainingModel;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

/** Two processes that evaluate together, of which first the one that coordinates is killed, then one that only evaluates. */
@Tag("system")
class KilledEvaluateTest {
    private static final int CHECKPOINTS = 24;
    private static final List<String> TASKS = List.of("knn", "linear");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path directory;

    private final String[] addresses = new String[2];

    @Test
    void eachTaskIsScoredOnceOnEachCheckpointWhoeverDies() throws Exception {
        writeImages(directory.resolve("images"));
        List<CheckpointAnnouncement> checkpoints = writeCheckpoints(directory.resolve("learner"));
        addresses[0] = "127.0.0.1:" + freePort();
        addresses[1] = "127.0.0.1:" + freePort();
        try (SystemUnderTest system = new SystemUnderTest(directory)) {
            system.start("broker");
            VitoProcess first = evaluate(system, "first", 0);
            announce(system, checkpoints.subList(0, 8));
            await(system, "a score by the first", scores -> scored(scores, "first") > 0); // so it coordinates
            VitoProcess second = evaluate(system, "second", 1);
            awaitJoined(system, "second");
            announce(system, checkpoints.subList(8, 16));
            await(system, "both at work", scores -> scored(scores, "second") > 0 && running(scores, "second"));
            int before = settled(system.log(Topics.SCORES).messages());
            system.forget(first);
            first.kill();
            assertThat(before).as("there is something left to do").isLessThan(16 * TASKS.size());
            await(system, "16 checkpoints scored", scores -> settled(scores) == 16 * TASKS.size());

            first = evaluate(system, "first", 0); // as one that does not coordinate
            awaitJoined(system, "first");
            long byFirst = scored(system.log(Topics.SCORES).messages(), "first");
            announce(system, checkpoints.subList(16, CHECKPOINTS));
            await(system, "the first at work", scores -> scored(scores, "first") > byFirst && running(scores, "first"));
            system.forget(first);
            first.kill();
            List<EvaluationScore> scores =
                    await(system, "all scored", all -> settled(all) == CHECKPOINTS * TASKS.size());
            assertThat(scores.stream()
                            .filter(s -> s.getState() == ScoreState.SCORED)
                            .collect(Collectors.groupingBy(KilledEvaluateTest::key, Collectors.counting())))
                    .hasSize(CHECKPOINTS * TASKS.size())
                    .as("scored once, each of them")
                    .allSatisfy((key, count) -> assertThat(count).isOne());
            assertThat(scores).noneMatch(s -> s.getState() == ScoreState.FAILED);
            assertThat(second.stop()).as("the second ends when it is asked to").isTrue();
            system.forget(second);
        }
    }

    private VitoProcess evaluate(SystemUnderTest system, String name, int number) throws Exception {
        String address = addresses[number];
        return system.startElsewhere(
                name,
                "evaluate",
                "--config",
                new File(KilledEvaluateTest.class.getResource("/tiny.conf").toURI()).getPath(),
                "--labelled",
                directory.resolve("images").toString(),
                "-Dvito.instance=" + name,
                "-Dvito.cluster.port=" + address.substring(address.indexOf(':') + 1),
                "-Dvito.cluster.seeds=[\"%s\", \"%s\"]".formatted(addresses[0], addresses[1]),
                "-Dvito.evaluator.linear.epochs=800", // so that a job takes a moment
                "-Dvito.evaluator.back-off=1s");
    }

    /** Waits until an evaluator has come to another; work that is given out before may be done before. */
    private void awaitJoined(SystemUnderTest system, String name) throws Exception {
        Path log = directory.resolve("data-" + name).resolve("logs/evaluate.log");
        system.guarded(() -> Patience.until(name + " has joined", PATIENCE, () -> {
            boolean welcome = Files.exists(log) && Files.readString(log).contains("Welcome from");
            return welcome ? true : null;
        }));
    }

    private static List<EvaluationScore> await(
            SystemUnderTest system, String what, Predicate<List<EvaluationScore>> enough) throws Exception {
        return system.await(Topics.SCORES, what, PATIENCE, enough);
    }

    private static String key(EvaluationScore score) {
        return score.getStep() + "/" + score.getDataSet() + "/" + score.getTask();
    }

    private static Map<String, EvaluationScore> last(List<EvaluationScore> scores) {
        Map<String, EvaluationScore> last = new TreeMap<>();
        scores.forEach(score -> last.put(key(score), score));
        return last;
    }

    private static int settled(List<EvaluationScore> scores) {
        return (int) last(scores).values().stream()
                .filter(s -> s.getState() == ScoreState.SCORED || s.getState() == ScoreState.FAILED)
                .count();
    }

    private static long scored(List<EvaluationScore> scores, String by) {
        return scores.stream()
                .filter(s ->
                        s.getState() == ScoreState.SCORED && s.getEvaluator().equals(by))
                .count();
    }

    private static boolean running(List<EvaluationScore> scores, String by) {
        return last(scores).values().stream()
                .anyMatch(s ->
                        s.getState() == ScoreState.RUNNING && s.getEvaluator().equals(by));
    }

    private static void announce(SystemUnderTest system, List<CheckpointAnnouncement> checkpoints) throws Exception {
        Map<String, Object> properties = new HashMap<>(system.kafka().producer());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
            for (CheckpointAnnouncement checkpoint : checkpoints) {
                producer.send(Topics.CHECKPOINTS.record(checkpoint)).get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static List<CheckpointAnnouncement> writeCheckpoints(Path data) {
        Config config = ConfigFactory.parseString("vito.learner.checkpoint.keep = " + CHECKPOINTS)
                .withFallback(ConfigFactory.parseResources(KilledEvaluateTest.class.getClassLoader(), "tiny.conf"))
                .withFallback(ConfigFactory.defaultReference())
                .resolve();
        LearnerSettings settings = LearnerSettings.from(config);
        CheckpointStore store = CheckpointStore.open(
                "tiny", data, settings.run().checkpoint(), settings.run().identity(), InstantSource.system());
        store.beginGeneration(0);
        List<CheckpointAnnouncement> announcements = new ArrayList<>();
        try (TrainingModel model = TrainingModel.create(settings.model(), 1)) {
            for (int step = 0; step < CHECKPOINTS; step++) {
                String architecture = settings.model().architecture();
                Checkpoints.Verified written =
                        store.write(new CheckpointStore.About(step, 1, architecture, Map.of()), model::save);
                announcements.add(CheckpointAnnouncement.newBuilder()
                        .setRunId("tiny")
                        .setStep(step)
                        .setDigest(written.digest())
                        .setAddress(written.directory().toUri().toString())
                        .setArchitecture(architecture)
                        .setGeneration(1)
                        .setAtMs(step + 1)
                        .build());
            }
        }
        return announcements;
    }

    private static void writeImages(Path directory) throws IOException {
        Map<String, Color> classes = Map.of("red", Color.RED, "green", Color.GREEN, "blue", Color.BLUE);
        for (String part : List.of("train", "test")) {
            for (Map.Entry<String, Color> one : classes.entrySet()) {
                Path folder = Files.createDirectories(directory.resolve(part).resolve(one.getKey()));
                for (int i = 0; i < (part.equals("train") ? 150 : 30); i++) {
                    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
                    var graphics = image.createGraphics();
                    graphics.setColor(one.getValue());
                    graphics.fillRect(i % 20, i % 13, 12, 12);
                    graphics.dispose();
                    ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
