package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.decode.VideoWriter;
import org.vito.learner.ComputeDevices;
import picocli.CommandLine;

@NullUnmarked // JUnit fills the fields
class BenchCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    /** A step of the small preset, smaller still, with {@code more}. */
    private int small(String command, String... more) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(List.of("--preset", "small", "--clips", "2", "--size", "32", "--threads", "1", "--warm-up", "1"));
        words.addAll(List.of(more));
        return execute(words.toArray(String[]::new));
    }

    @Test
    void jsonIsOneLineThatHoldsTogether() throws Exception {
        assertThat(small("bench learner", "--steps", "2", "--json")).isZero();
        assertThat(out.toString().strip().lines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("clips").asInt()).isEqualTo(2);
        assertThat(json.get("views").asInt()).isEqualTo(3);
        assertThat(json.get("size").asInt()).isEqualTo(32);
        assertThat(json.get("threads").asInt()).isEqualTo(1);
        assertThat(json.get("ms_min").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(json.get("ms_median").asDouble());
        double seconds = json.get("ms_median").asDouble() / 1e3;
        assertThat(json.get("clips_per_s").asDouble() * seconds).isCloseTo(2, withinPercentage(1e-4));
        assertThat(json.get("views_per_s").asDouble() * seconds).isCloseTo(6, withinPercentage(1e-4));
        assertThat(json.get("flop_per_s").asDouble() * seconds)
                .isCloseTo(json.get("flop_per_step").asDouble(), withinPercentage(1e-4));
        assertThat(json.get("device_name").asText()).isNotBlank();
    }

    @Test
    void withoutAPartItMeasuresTheLearner() {
        Path trace = directory.resolve("trace.txt");
        assertThat(small("bench", "--steps", "1", "--trace", trace.toString())).isZero();
        assertThat(out.toString())
                .contains("2 clips of 3 views, 32 × 32 pixels", "device", "clips/s", "GFLOP a step", trace.toString());
        assertThat(trace).content().contains("Conv2D");
    }

    @Test
    void withoutAGpuItSaysWhy() {
        assumeTrue(ComputeDevices.gpus(0).isEmpty(), "there is a GPU");
        assertThat(small("bench", "--device", "gpu")).isEqualTo(1);
        assertThat(err.toString().strip().lines()).hasSize(1);
        assertThat(err.toString()).contains("no GPU was found: " + ComputeDevices.whyNoGpu());
        assertThat(MachineChecks.gpu().text()).contains(ComputeDevices.whyNoGpu());
    }

    @Test
    void theInputPathIsComparedWithMemory() throws Exception {
        assertThat(execute(
                        "bench",
                        "input",
                        "--clips",
                        "24",
                        "--steps",
                        "2",
                        "--rounds",
                        "1",
                        "--json",
                        "-D",
                        "vito.learner.model.clips=4",
                        "-D",
                        "vito.learner.model.size=32",
                        "-D",
                        "vito.augment.size=32",
                        "-D",
                        "vito.learner.model.threads=1"))
                .as(err.toString())
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        double fetch = json.get("fetch_ms_per_clip").asDouble();
        assertThat(fetch).isPositive();
        assertThat(json.get("views_ms_per_clip").asDouble()).isGreaterThan(fetch / 100);
        double memory = json.get("memory_clips_per_s").asDouble();
        assertThat(json.get("fed_clips_per_s").asDouble() / memory)
                .isCloseTo(json.get("ratio").asDouble(), withinPercentage(1e-4));
        assertThat(json.get("wait_share").asDouble()).isBetween(0.0, 1.0);
    }

    @Test
    void fewerClipsThanABatchAreBadUsage() {
        assertThat(execute("bench", "input", "--clips", "8")).isEqualTo(2);
        assertThat(err.toString()).contains("--clips 8", "at least a batch of 32 clips");
    }

    @Test
    void nothingToMeasureIsBadUsage() {
        assertThat(small("bench", "--steps", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--steps 0");
    }

    @Test
    void theIndexOfVectorsIsTimedBesideExactSearch() throws Exception {
        assertThat(execute("bench", "curate", "--vectors", "3000", "--dimensions", "32", "--json"))
                .as(err::toString)
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        JsonNode last = json.get("searches").get(json.get("searches").size() - 1);
        assertThat(last.get("recall").asDouble()).isBetween(0.95, 1.0);
        assertThat(last.get("per_s").asDouble()).isPositive();
        assertThat(json.get("index_bytes").asLong()).isGreaterThan(3000 * 32 * 4);
        assertThat(execute("bench", "curate")).isEqualTo(2);
        assertThat(err.toString()).contains("nothing to time");
        assertThat(execute("bench", "curate", "--vectors", "10")).isEqualTo(2);
    }

    @Test
    void whatSharingFramesSavesIsCounted() throws Exception {
        Path video = directory.resolve("steps.mp4");
        VideoWriter.Format format = new VideoWriter.Format("mp4", "mpeg4", 64, 48, 25, 200_000, 12);
        try (VideoWriter writer = VideoWriter.create(video, format)) {
            for (int i = 0; i < 250; i++) {
                byte[] rgb = new byte[3 * 64 * 48];
                Arrays.fill(rgb, (byte) i);
                writer.frame(rgb, i * 40_000L);
            }
        }
        assertThat(execute("bench", "curate", "--video", video.toString(), "--least-ms", "20", "--json"))
                .as(err::toString)
                .isZero();
        JsonNode shared =
                new ObjectMapper().readTree(out.toString()).get("videos").get(0);
        assertThat(shared.get("decoded_shared").asDouble())
                .isLessThan(0.6 * shared.get("decoded").asDouble());
        assertThat(shared.get("clip_frames").asInt()).isEqualTo(24);
        assertThat(shared.get("kept_frames").asInt()).isBetween(8, 16);
        assertThat(shared.get("some_frames").asInt()).isEqualTo(4);
        assertThat(shared.get("some_s").asDouble())
                .isLessThan(shared.get("first_s").asDouble());
        assertThat(execute("bench", "curate", "--video", video.toString(), "--least-ms", "1"))
                .isEqualTo(2);
        assertThat(execute(
                        "bench",
                        "curate",
                        "--video",
                        directory.resolve("none.mp4").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none.mp4");
    }

    @Test
    void featuresAreTimed() throws Exception {
        TinyRun.write(directory, "tiny");
        assertThat(features("tiny", "--batch", "3", "--size", "40", "--steps", "2", "--json"))
                .as(err::toString)
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("images_per_s").asDouble())
                .isCloseTo(3e3 / json.get("ms_median").asDouble(), withinPercentage(1e-4));
        assertThat(json.get("ms_min").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(json.get("ms_median").asDouble());
        assertThat(features("tiny", "--batch", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--batch 0");
        assertThat(features("nothing")).isEqualTo(1);
        assertThat(err.toString()).contains("no file, directory or run 'nothing'");
    }

    private int features(String weights, String... more) {
        List<String> words =
                new ArrayList<>(List.of("bench", "features", "--data", directory.toString(), "--weights", weights));
        words.addAll(List.of(more));
        return execute(words.toArray(String[]::new));
    }

    @Test
    void viewsAreTimedInEveryWayAndStageByStage() throws Exception {
        assertThat(execute(
                        "bench", "augment", "--json", "--rounds", "1", "--seconds", "0.05", "-Dvito.augment.size=32"))
                .as(err::toString)
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("variants"))
                .hasSize(8)
                .allMatch(v -> v.get("views_per_s").asDouble() > 0);
        assertThat(json.get("stages"))
                .hasSize(6)
                .allMatch(stage -> stage.get("us_per_view").asDouble() > 0);
        assertThat(json.get("frame_width").asInt()).isEqualTo(340);
        assertThat(execute("bench", "augment", "--seconds", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--seconds 0");
    }
}
