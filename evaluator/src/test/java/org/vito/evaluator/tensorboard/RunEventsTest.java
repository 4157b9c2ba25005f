package org.vito.evaluator.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

class RunEventsTest {
    /** The two events of {@link #bytesAreThoseOfTensorBoardItself} by TensorBoard 2's RecordWriter. */
    private static final String GOLDEN = "1800000000000000a37f4b22" + "09000000000000f83f1a0d627261696e2e4576656e743a32"
            + "2a28646c" + "2600000000000000734fe300"
            + "09000000000000024010072a190a170a1073636f72652f612f6b6e6e2f746f7031150000803e" + "8c1f0041";

    @TempDir
    Path directory;

    @Test
    void bytesAreThoseOfTensorBoardItself() throws IOException {
        try (EventFile file = EventFile.create(directory.resolve("events"), 1.5)) {
            file.write(Event.newBuilder()
                    .setWallTime(2.25)
                    .setStep(7)
                    .setSummary(Summary.newBuilder()
                            .addValue(Summary.Value.newBuilder()
                                    .setTag("score/a/knn/top1")
                                    .setSimpleValue(0.25f)))
                    .build());
        }
        byte[] golden = HexFormat.of().parseHex(GOLDEN);
        assertThat(files()).hasSize(1);
        assertThat(Files.readAllBytes(files().get(0))).isEqualTo(golden);
        assertThat(told()).containsExactly("score/a/knn/top1@7=0.25");
    }

    @Test
    void everythingIsToldOnceByHoweverManyProcesses() throws IOException {
        try (RunEvents run = RunEvents.open(directory)) {
            run.step(1, 1_000, Map.of("train/loss", 4.0));
            run.step(2, 2_000, Map.of("train/loss", 3.0));
            run.score(200, 3_000, Map.of("a/knn/top1", 0.5));
            run.score(100, 4_000, Map.of("a/knn/top1", 0.25));
            run.score(100, 4_000, Map.of("a/knn/top1", 0.25));
        }
        Path first = files().get(0);
        byte[] whole = Files.readAllBytes(first);
        Files.write(first, Arrays.copyOf(whole, whole.length - 5)); // killed while it wrote: the last score is gone
        try (RunEvents run = RunEvents.open(directory)) {
            run.step(1, 1_000, Map.of("train/loss", 4.0));
            run.step(2, 2_000, Map.of("train/loss", 3.0));
            run.step(3, 1_000, Map.of("train/loss", 2.0));
            run.score(200, 3_000, Map.of("a/knn/top1", 0.5));
            run.score(100, 4_000, Map.of("a/knn/top1", 0.25));
        }
        assertThat(files()).hasSize(2);
        assertThat(told())
                .containsExactly(
                        "train/loss@1=4.0",
                        "train/loss@2=3.0",
                        "score/a/knn/top1@200=0.5",
                        "train/loss@3=2.0",
                        "score/a/knn/top1@100=0.25");
        try (RunEvents run = RunEvents.open(directory)) {
            run.step(3, 1_000, Map.of("train/loss", 2.0));
            run.score(100, 4_000, Map.of("a/knn/top1", 0.25));
        }
        assertThat(files()).as("nothing new, no file").hasSize(2);
    }

    @Test
    void runsCannotLeaveTheirDirectory() {
        assertThat(Tags.directory("run-1.a")).isEqualTo("run-1.a");
        assertThat(Tags.directory("../up")).isEqualTo(".._up");
        assertThat(Tags.directory("..")).isEqualTo("_..");
        assertThat(Tags.directory("")).isEqualTo("_");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.sorted().toList();
        }
    }

    private List<String> told() throws IOException {
        List<String> told = new ArrayList<>();
        for (Path file : files()) {
            EventFile.read(file, event -> event.getSummary()
                    .getValueList()
                    .forEach(value -> told.add(value.getTag() + "@" + event.getStep() + "=" + value.getSimpleValue())));
        }
        return told;
    }
}
