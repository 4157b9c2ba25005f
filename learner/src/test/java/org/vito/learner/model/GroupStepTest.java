package org.vito.learner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.learner.group.ChildJvm;
import org.vito.learner.weights.SafetensorsFile;

/** Two processes, each with half of every batch, against one with the whole. */
class GroupStepTest {
    /** Of the largest element of a tensor: three steps of 32-bit arithmetic in another order. */
    private static final float TOLERANCE = 2e-4f;

    /** The same where two images of a view are normalised together, which amplifies rounding. */
    private static final float SMALL_BATCH_TOLERANCE = 2e-3f;

    private static final List<String> FILES =
            List.of(TrainingModel.ONLINE_FILE, TrainingModel.TARGET_FILE, TrainingModel.OPTIMISER_FILE);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final List<ChildJvm> peers = new ArrayList<>();

    @AfterEach
    void end() {
        peers.forEach(ChildJvm::close);
    }

    private void train(String more) throws Exception {
        List<String> addresses = ChildJvm.freeAddresses(2);
        for (int rank = 0; rank < 2; rank++) {
            peers.add(ChildJvm.start(
                    directory,
                    "peer" + rank,
                    StepPeer.class,
                    String.valueOf(rank),
                    String.join(",", addresses),
                    more,
                    directory.resolve("rank" + rank).toString()));
        }
        for (ChildJvm peer : peers) {
            assertThat(peer.awaitEnd()).as(peer.said()).isZero();
        }
    }

    private Path alone(String more) throws IOException {
        Path directory = Files.createDirectory(this.directory.resolve("alone"));
        ModelSettings settings = StepPeer.settings(more);
        try (TrainingModel model = TrainingModel.create(settings, 3)) {
            StepPeer.run(model, settings, 0, 1, directory);
        }
        return directory;
    }

    private Path rank(int rank) {
        return directory.resolve("rank" + rank);
    }

    private void assertBothAreTheSame() throws IOException {
        for (String file : FILES) {
            assertSame(rank(0).resolve(file), rank(1).resolve(file), 0);
        }
        assertThat(numbers(rank(1))).isEqualTo(numbers(rank(0)));
    }

    @Test
    void twoWithHalvesStepAsOneWithTheWhole() throws Exception {
        String more = "micro-batch = 0";
        train(more);
        assertBothAreTheSame();
        Path alone = alone(more);
        for (String file : FILES) {
            assertSame(rank(0).resolve(file), alone.resolve(file), TOLERANCE);
        }
        assertClose(numbers(rank(0)), numbers(alone), TOLERANCE);
    }

    /** Rounding decides at which steps half precision overflows, so only what comes before the first update is comparable. */
    @Test
    void halfPrecisionStaysTheSameEverywhere() throws Exception {
        String more = "precision = float16, size = 32"; // half precision is slow on processors
        train(more);
        assertBothAreTheSame();
        List<Double> found = numbers(rank(0)); // loss, norm of the gradient, which is 0 where the step was left out
        List<Double> expected = numbers(alone(more));
        int first = 1;
        while (found.get(first) == 0) {
            first += 2;
        }
        assertThat(first).as("steps left out, then one").isGreaterThan(1);
        assertClose(found.subList(0, first + 1), expected.subList(0, first + 1), 2e-2f);
    }

    /** With statistics of their own the halves of each are its micro-batches; so they are for one that has the whole. */
    @ParameterizedTest
    @ValueSource(ints = {4, 2})
    void cachedGradientsOfTwoAreThoseOfOne(int microBatch) throws Exception {
        String more = "batch-norm = local, micro-batch = " + microBatch;
        train(more);
        Path alone = alone(more);
        assertClose(numbers(rank(0)), numbers(alone), SMALL_BATCH_TOLERANCE);
        assertSameParameters(rank(0).resolve(TrainingModel.TARGET_FILE), alone.resolve(TrainingModel.TARGET_FILE));
    }

    private static void assertClose(List<Double> found, List<Double> expected, float tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i)).as("number " + i).isCloseTo(expected.get(i), withinPercentage(100.0 * tolerance));
        }
    }

    private static List<Double> numbers(Path saved) throws IOException {
        try (Stream<String> lines = Files.lines(saved.resolve("losses"))) {
            return lines.flatMap(line -> Stream.of(line.split(" ")))
                    .map(Double::valueOf)
                    .toList();
        }
    }

    /** Elements of a tensor may differ by this share of its largest, or of a thousandth of the file's largest. */
    private static void assertSame(Path found, Path expected, float tolerance) {
        assertSame(found, expected, tolerance, name -> true);
    }

    /** All but the moving statistics, which follow each process's own micro-batches. */
    private static void assertSameParameters(Path found, Path expected) {
        assertSame(found, expected, SMALL_BATCH_TOLERANCE, name -> !name.contains(".running_"));
    }

    private static void assertSame(Path found, Path expected, float tolerance, Predicate<String> which) {
        try (SafetensorsFile one = SafetensorsFile.open(found);
                SafetensorsFile other = SafetensorsFile.open(expected)) {
            assertThat(one.names()).isEqualTo(other.names());
            List<String> names = other.names().stream().filter(which).toList();
            float floor = 0;
            for (String name : names) {
                floor = Math.max(floor, largest(other.read(name)) / 1000);
            }
            for (String name : names) {
                float[] values = other.read(name);
                float most = tolerance * Math.max(floor, largest(values));
                assertThat(one.read(name)).as(name).containsExactly(values, within(most));
            }
        }
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
