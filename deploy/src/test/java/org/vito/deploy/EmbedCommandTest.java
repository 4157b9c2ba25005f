package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.augment.EvaluationTransform;
import org.vito.augment.Images;
import org.vito.decode.VideoWriter;
import org.vito.learner.FrozenEncoder;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.protocol.CounterRandom;
import picocli.CommandLine;

/** {@code vito embed} on real images and videos, against what the network says of each by itself. */
@NullUnmarked // JUnit fills the fields
class EmbedCommandTest {
    private static final int SIZE = 64;
    private static final float TOLERANCE = 1e-4f;

    @TempDir
    static Path data;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path inputs;

    /** An array in NumPy's format. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Array(List<Integer> shape, float[] values) {
        float[] row(int index) {
            int length = values.length / shape.get(0);
            return Arrays.copyOfRange(values, index * length, (index + 1) * length);
        }
    }

    @BeforeAll
    static void train() {
        TinyRun.write(data, "tiny");
    }

    @BeforeEach
    void makeDirectory() throws Exception {
        inputs = Files.createDirectories(directory.resolve("inputs"));
    }

    private int embed(String... arguments) {
        List<String> words = new ArrayList<>(List.of("embed", "--data", data.toString(), "--weights", "tiny"));
        words.addAll(List.of(arguments));
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(words.toArray(String[]::new));
    }

    private static FrozenEncoder encoder() {
        return FrozenEncoder.open(Checkpoints.latest(Checkpoints.directory(data, "tiny"))
                .orElseThrow()
                .directory());
    }

    private static byte[] pixels(int width, int height, int seed) {
        byte[] rgb = new byte[width * height * 3];
        CounterRandom random = CounterRandom.of(seed, "pixels", 0, 0);
        int grey = random.nextInt(200);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (grey + random.nextInt(56));
        }
        return rgb;
    }

    private byte[] image(String name, int width, int height, int seed) throws Exception {
        byte[] png = Images.png(width, height, pixels(width, height, seed));
        Path file = inputs.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, png);
        return png;
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static byte[] transformed(byte[] encoded) {
        byte[] square = new byte[SIZE * SIZE * 3];
        try (EvaluationTransform transform = new EvaluationTransform((int) Math.round(SIZE * 256.0 / 224), SIZE)) {
            transform.encoded(encoded, ByteBuffer.wrap(square));
        }
        return square;
    }

    private static Array npy(Path file) throws Exception {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[bytes.position(8).getShort()];
        bytes.get(header);
        String text = new String(header, StandardCharsets.US_ASCII);
        List<Integer> shape = Arrays.stream(
                        text.replaceAll(".*\\((.*)\\).*\\s*", "$1").split(", "))
                .map(Integer::valueOf)
                .toList();
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        assertThat(values).hasSize(shape.stream().reduce(1, Math::multiplyExact));
        return new Array(shape, values);
    }

    private static List<JsonNode> index(Path features) throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(features + ".index.jsonl"))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    private static List<String> paths(List<JsonNode> lines) {
        return lines.stream().map(line -> line.get("path").asText()).toList();
    }

    @Test
    void imagesUnderTheTransformOfEvaluation() throws Exception {
        List<byte[]> images =
                List.of(image("a.png", 100, 80, 1), image("b/c.png", 70, 120, 2), image("b/d.png", 64, 64, 3));
        Files.writeString(inputs.resolve("b/damaged.jpg"), "no picture");
        Files.writeString(inputs.resolve("notes.txt"), "not asked for");
        Path features = directory.resolve("f.npy");
        assertThat(embed("--images", inputs.toString(), "--out", features.toString(), "--batch", "2"))
                .as(err::toString)
                .isZero();
        assertThat(out.toString()).contains("3 rows of 3 files, 1 refused", features.toString());
        Array array = npy(features);
        List<JsonNode> index = index(features);
        List<JsonNode> rows = index.stream().filter(line -> line.has("row")).toList();
        assertThat(paths(rows)).containsExactly("a.png", "b/c.png", "b/d.png");
        assertThat(rows).extracting(line -> line.get("row").asInt()).containsExactly(0, 1, 2);
        List<JsonNode> refused =
                index.stream().filter(line -> line.has("refused")).toList();
        assertThat(paths(refused)).containsExactly("b/damaged.jpg");
        assertThat(refused.get(0).get("refused").asText()).isEqualTo("BAD_DATA_SET");
        try (FrozenEncoder encoder = encoder()) {
            assertThat(array.shape()).containsExactly(3, encoder.dimension());
            for (int i = 0; i < images.size(); i++) {
                float[] alone = encoder.encode(direct(transformed(images.get(i))), 1, SIZE)[0];
                assertThat(array.row(i)).usingComparatorWithPrecision(TOLERANCE).containsExactly(alone);
            }
        }
    }

    @Test
    void imagesAsLargeAsTheyAre() throws Exception {
        image("a.png", 96, 64, 1);
        image("b.png", 64, 64, 2);
        image("c.png", 96, 64, 3);
        Path features = directory.resolve("f.npy");
        assertThat(embed("--images", inputs.toString(), "--out", features.toString(), "--resize", "none"))
                .as(err::toString)
                .isZero();
        Array array = npy(features);
        List<JsonNode> rows = index(features);
        assertThat(paths(rows)).containsExactlyInAnyOrder("a.png", "b.png", "c.png");
        try (FrozenEncoder encoder = encoder()) {
            for (int i = 0; i < 3; i++) {
                int seed = 1 + "abc".indexOf(rows.get(i).get("path").asText().charAt(0));
                int width = seed == 2 ? 64 : 96;
                float[] alone = encoder.encode(
                                direct(pixels(width, 64, seed)), 1, 64, width, List.of(FrozenEncoder.POOLED))
                        .get(0)
                        .values();
                assertThat(array.row(i)).usingComparatorWithPrecision(TOLERANCE).containsExactly(alone);
            }
        }
    }

    @Test
    void mapsHaveTheirChannelsFirst() throws Exception {
        image("a.png", 96, 64, 1);
        image("b.png", 96, 64, 2);
        Path features = directory.resolve("f.npy");
        assertThat(embed(
                        "--images",
                        inputs.toString(),
                        "--out",
                        features.toString(),
                        "--resize",
                        "none",
                        "--layer",
                        "layer4"))
                .as(err::toString)
                .isZero();
        Array maps = npy(features);
        assertThat(maps.shape()).containsExactly(2, 128, 2, 3);
        try (FrozenEncoder encoder = encoder()) {
            float[] pooled = encoder.encode(direct(pixels(96, 64, 2)), 1, 64, 96, List.of(FrozenEncoder.POOLED))
                    .get(0)
                    .values();
            float[] map = maps.row(1);
            for (int channel = 0; channel < 128; channel++) {
                float sum = 0;
                for (int position = 0; position < 6; position++) {
                    sum += map[channel * 6 + position];
                }
                assertThat(sum / 6).isCloseTo(pooled[channel], org.assertj.core.api.Assertions.within(TOLERANCE));
            }
        }
    }

    @Test
    void mapsOfSeveralSizesDoNotFitIntoOneArray() throws Exception {
        image("a.png", 96, 64, 1);
        image("b.png", 64, 64, 2);
        Path features = directory.resolve("f.npy");
        assertThat(embed(
                        "--images",
                        inputs.toString(),
                        "--out",
                        features.toString(),
                        "--resize",
                        "none",
                        "--layer",
                        "layer3"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("a.png", "b.png", "--resize eval");
        assertThat(directory).isDirectoryNotContaining("glob:**f.npy*");
    }

    @Test
    void framesOfVideosAtARate() throws Exception {
        VideoWriter.Format format = new VideoWriter.Format("mp4", "mpeg4", 96, 64, 25, 4_000_000, 25);
        try (VideoWriter writer = VideoWriter.create(inputs.resolve("a.mp4"), format)) {
            for (int i = 0; i < 60; i++) { // 2.4 s, grey that brightens every second
                byte[] frame = new byte[96 * 64 * 3];
                Arrays.fill(frame, (byte) (60 + 60 * (i / 25)));
                writer.frame(frame, 40_000L * i);
            }
        }
        Files.writeString(inputs.resolve("b.mp4"), "no video");
        Path features = directory.resolve("f.safetensors");
        assertThat(embed("--videos", inputs.toString(), "--out", features.toString(), "--every", "1s"))
                .as(err::toString)
                .isZero();
        List<JsonNode> index = index(features);
        assertThat(paths(index)).containsExactlyInAnyOrder("a.mp4", "a.mp4", "a.mp4", "b.mp4");
        List<JsonNode> rows = index.stream().filter(line -> line.has("row")).toList();
        assertThat(rows).extracting(line -> line.get("time_us").asLong()).containsExactly(0L, 1_000_000L, 2_000_000L);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(features)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position((int) (Long.BYTES + bytes.getLong()));
        try (FrozenEncoder encoder = encoder()) {
            for (int second = 0; second < 3; second++) {
                byte[] grey = new byte[SIZE * SIZE * 3];
                Arrays.fill(grey, (byte) (60 + 60 * second));
                float[] alone = encoder.encode(direct(grey), 1, SIZE)[0];
                float[] row = new float[alone.length];
                bytes.asFloatBuffer().get(row);
                bytes.position(bytes.position() + row.length * Float.BYTES);
                assertThat(distance(row, alone)).as("second %d", second).isLessThan(0.05); // the codec's loss
            }
        }
    }

    private static double distance(float[] found, float[] expected) {
        double squared = 0;
        double norm = 0;
        for (int i = 0; i < found.length; i++) {
            squared += (found[i] - expected[i]) * (double) (found[i] - expected[i]);
            norm += expected[i] * (double) expected[i];
        }
        return Math.sqrt(squared / norm);
    }

    @Test
    void whereNothingIsOfUseNothingIsWritten() throws Exception {
        Files.writeString(inputs.resolve("a.png"), "no picture");
        Path features = directory.resolve("f.npy");
        assertThat(embed("--images", inputs.toString(), "--out", features.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none of the files can be used");
        assertThat(directory).isDirectoryNotContaining("glob:**f.npy*");
    }

    @Test
    void badUsageIsSaidInOneLine() throws Exception {
        image("a.png", 64, 64, 1);
        assertThat(embed(
                        "--images",
                        inputs.toString(),
                        "--out",
                        directory.resolve("f.csv").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("f.csv", ".npy");
        assertThat(embed(
                        "--images",
                        inputs.toString(),
                        "--out",
                        directory.resolve("f.npy").toString(),
                        "--layer",
                        "layer9"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("layer9", "pooled, layer1");
        assertThat(embed("--videos", inputs.toString(), "--out", "f.npy")).isEqualTo(2);
        assertThat(err.toString()).contains("mp4");
    }
}
