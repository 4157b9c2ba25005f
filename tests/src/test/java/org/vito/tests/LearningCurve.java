package org.vito.tests;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code tests/learning-curve}: what the system learns from videos that carry no labels, step by step, by VITO and by MoCLR
 * at the same compute.
 *
 * <p>It films labelled pictures with a moving camera ({@link CameraVideo}), has {@code vito run} learn from the videos twice,
 * once in each way, on the same stored clips and with the same seed, and reads from Kafka how the evaluator scored each
 * checkpoint on the labelled pictures. A step of V views a clip passes V views forwards and backwards through the online
 * network and V forwards through the target network, so the runs are compared, and their lengths chosen, by views.
 */
@Command(
        name = "tests/learning-curve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        header = "Pretrain on videos made from labelled pictures, by VITO and by MoCLR, and draw the curve of the"
                + " scores.")
final class LearningCurve implements Callable<Integer> {
    private static final Duration MOST = Duration.ofHours(12); // of one run
    private static final int TASKS = 2;

    @Option(
            names = "--images",
            required = true,
            paramLabel = "DIR",
            description = "Fashion-MNIST, or a set like it, as IDX files.")
    Path images = Path.of("");

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where videos, data and results go. What is there is used again.")
    Path out = Path.of("");

    @Option(names = "--videos", paramLabel = "N", description = "Videos, each of another training picture.")
    int videos = 3000;

    @Option(names = "--side", paramLabel = "PIXELS", description = "Side of their frames.")
    int side = 64;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description =
                    "Steps of VITO, which sees three views of a clip; MoCLR, which sees two, makes half as many more.")
    int steps = 1000;

    @Option(names = "--checkpoints", paramLabel = "N", description = "Checkpoints scored after the untrained one.")
    int checkpoints = 5;

    @Option(names = "--seed", paramLabel = "N", description = "Of videos, networks and batches.")
    long seed = 1;

    @Option(
            names = "--methods",
            split = ",",
            paramLabel = "NAME",
            description = "Runs to make: vito, random (no learning at all), or a preset to put over the small one.")
    List<String> methods = List.of("random", "vito", "moclr");

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "Settings of every run beyond its own.")
    Map<String, String> overrides = new LinkedHashMap<>();

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LearningCurve()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        long began = System.nanoTime();
        List<CurveMethod> ways = methods.stream().map(CurveMethod::named).toList();
        Path directory = Files.createDirectories(out).toRealPath();
        Path filmed = directory.resolve("videos");
        new CameraVideos(GreyImages.training(images), seed, side).write(filmed, videos);
        say("%d videos are in %s after %.0f s".formatted(videos, filmed, seconds(began)));
        List<CurveArm> arms = new ArrayList<>();
        for (CurveMethod method : ways) {
            arms.add(learn(method, directory, filmed));
        }
        arms.add(
                CurvePixels.score(images, ConfigFactory.parseFile(settingsFile().toFile())));
        new CurveReport(asMap(), arms, seconds(began)).write(directory);
        say("table, JSON and chart are in " + directory);
        return 0;
    }

    private Map<String, Object> asMap() {
        Map<String, Object> command = new LinkedHashMap<>();
        command.put("videos", videos);
        command.put("side", side);
        command.put("steps", steps);
        command.put("checkpoints", checkpoints);
        command.put("seed", seed);
        command.put("settings", overrides);
        return command;
    }

    private CurveArm learn(CurveMethod method, Path directory, Path filmed) throws Exception {
        long began = System.nanoTime();
        Files.deleteIfExists(directory.resolve("run.out")); // which names the broker of the run before
        VitoProcess process;
        CurveArm arm;
        try (SystemUnderTest system = new SystemUnderTest(directory)) {
            process = system.start("run", options(method, filmed));
            List<EvaluationScore> scores = system.await(
                    Topics.SCORES,
                    "both scores of every checkpoint of " + method.name(),
                    MOST,
                    all -> allScored(system, method, all));
            arm = CurveArm.of(method, system.log(Topics.TRAINING).messages(), scores, seconds(began));
            system.forget(process);
        }
        process.stop();
        say("%s is done after %.0f s".formatted(method.label(), seconds(began)));
        return arm;
    }

    private String[] options(CurveMethod method, Path filmed) throws IOException {
        long length = method.steps(steps);
        Map<String, String> settings = new LinkedHashMap<>(method.settings());
        settings.put("vito.learner.seed", Long.toString(seed));
        settings.put("vito.learner.data.minimum", Long.toString((long) videos * CameraVideos.CLIPS));
        settings.put("vito.learner.schedule.steps", Long.toString(length));
        settings.put("vito.learner.schedule.warm-up-steps", Long.toString(length / 20));
        settings.put(
                "vito.learner.checkpoint.every-steps",
                Long.toString(Math.max(1, method.learns() ? length / checkpoints : length)));
        settings.putAll(overrides);
        List<String> options = new ArrayList<>(List.of(
                "--preset", String.join(",", method.presets()),
                "--config", settingsFile().toString(),
                "--run", method.name(),
                "--videos", filmed.toString(),
                "--labelled", images.toRealPath().toString(),
                "--port", "0"));
        settings.forEach((key, value) -> options.addAll(List.of("-D", key + "=" + value)));
        return options.toArray(String[]::new);
    }

    /** Whether the run has ended and nothing of it waits for a score; fails if anything was refused on the way. */
    private boolean allScored(SystemUnderTest system, CurveMethod method, List<EvaluationScore> scores) {
        List<DeadLetter> refused = system.log(Topics.DEAD_LETTERS).messages();
        if (!refused.isEmpty()) {
            throw new AssertionError(refused.get(0).getSubject() + " was refused: "
                    + refused.get(0).getMessage());
        }
        Set<Long> announced = system.log(Topics.CHECKPOINTS).messages().stream()
                .filter(c -> c.getRunId().equals(method.name()))
                .map(CheckpointAnnouncement::getStep)
                .collect(Collectors.toSet());
        Set<String> scored = new HashSet<>();
        for (EvaluationScore score : scores) {
            if (score.getRunId().equals(method.name()) && score.getState() == ScoreState.FAILED) {
                throw new AssertionError(
                        "%s of step %d failed: %s".formatted(score.getTask(), score.getStep(), score.getReason()));
            }
            if (score.getRunId().equals(method.name()) && score.getState() == ScoreState.SCORED) {
                scored.add(score.getStep() + " " + score.getTask());
            }
        }
        return announced.contains(method.steps(steps)) && scored.size() == TASKS * announced.size();
    }

    private static Path settingsFile() {
        try {
            return Path.of(Objects.requireNonNull(LearningCurve.class.getResource("/learning-curve.conf"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private static void say(String words) {
        System.err.println("learning-curve: " + words);
    }
}
