package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.decode.VideoWriter;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.CounterRandom;
import picocli.CommandLine;

@NullUnmarked // JUnit fills the fields
class CurateExplainCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    private static Path bright;
    private static Path classifier;
    private static Path vocabulary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** A network of random weights, and a classifier on it that tells bright noise from dark stripes by their features. */
    @BeforeAll
    static void makeVideoAndClassifier() throws Exception {
        TinyRun.write(directory, "tiny");
        Path backbone = directory.resolve("backbone.safetensors");
        Main.commandLine()
                .execute("export", "--checkpoint", "tiny@7", "--out", backbone.toString(), "--data", "" + directory);
        bright = directory.resolve("bright.mp4");
        VideoWriter.Format format = new VideoWriter.Format("mp4", "mpeg4", 96, 64, 25, 4_000_000, 25);
        try (VideoWriter writer = VideoWriter.create(bright, format)) {
            for (int i = 0; i < 260; i++) { // 10.4 s
                writer.frame(brightFrame(i), 40_000L * i);
            }
        }
        float[] light;
        float[] dark;
        try (FrozenEncoder encoder = FrozenEncoder.open(backbone)) {
            light = feature(encoder, brightFrame(0));
            dark = feature(encoder, new byte[96 * 64 * 3]);
        }
        classifier = directory.resolve("classifier.safetensors");
        withClassifier(backbone, classifier, List.of(dark, light));
        vocabulary = Files.writeString(directory.resolve("classes.txt"), "night, darkness\nday, broad daylight\n");
    }

    private static byte[] brightFrame(int number) {
        byte[] frame = new byte[96 * 64 * 3];
        CounterRandom random = CounterRandom.of(1, "frame", number, 0);
        for (int at = 0; at < frame.length; at++) {
            frame[at] = (byte) (200 + random.nextInt(50));
        }
        return frame;
    }

    private static float[] feature(FrozenEncoder encoder, byte[] rgb) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(rgb.length).put(rgb).flip();
        return encoder.encode(pixels, 1, 64, 96, List.of(FrozenEncoder.POOLED))
                .get(0)
                .values();
    }

    /** Adds {@code fc.weight} with a row in the direction of each feature, so that the nearest by angle wins. */
    private static void withClassifier(Path from, Path to, List<float[]> features) throws Exception {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(from)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[Math.toIntExact(file.getLong())];
        file.get(header);
        byte[] tensors = new byte[file.remaining()];
        file.get(tensors);
        int length = features.get(0).length;
        ObjectNode names = (ObjectNode) JSON.readTree(header);
        ByteBuffer more =
                ByteBuffer.allocate(4 * features.size() * (length + 1)).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] feature : features) {
            double squares = 0;
            for (float value : feature) {
                squares += value * value;
            }
            for (float value : feature) {
                more.putFloat((float) (value * 20 / Math.sqrt(squares)));
            }
        }
        long weights = tensors.length + 4L * features.size() * length;
        tensor(names, "fc.weight", List.of(features.size(), length), tensors.length, weights);
        tensor(names, "fc.bias", List.of(features.size()), weights, weights + 4L * features.size());
        byte[] text = JSON.writeValueAsString(names).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .array());
        out.write(text);
        out.write(tensors);
        out.write(more.array());
        Files.write(to, out.toByteArray());
    }

    private static void tensor(ObjectNode names, String name, List<Integer> shape, long begin, long end) {
        ObjectNode tensor = names.putObject(name).put("dtype", "F32");
        shape.forEach(tensor.putArray("shape")::add);
        tensor.putArray("data_offsets").add(begin).add(end);
    }

    private int explain(String... more) {
        List<String> words = new ArrayList<>(List.of(
                "curate",
                "explain",
                bright.toString(),
                "--data=" + directory,
                "-Dvito.ingest.curate.rule=videonet",
                "-Dvito.ingest.curate.videonet.vocabulary=" + vocabulary,
                "-Dvito.ingest.curate.videonet.classifier=" + classifier,
                "-Dvito.decode.children=1"));
        words.addAll(List.of(more));
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(words.toArray(String[]::new));
    }

    @Test
    void aVideoThatShowsWhatItsTitleSaysIsTaken() throws Exception {
        Path sheet = directory.resolve("sheet.png");
        assertThat(explain("--title", "In BROAD daylight", "-o", sheet.toString()))
                .as(err::toString)
                .isZero();
        assertThat(out.toString())
                .contains("rule      videonet/1 classifier.safetensors")
                .contains("names     broad daylight")
                .contains("   0.00 s * day ")
                .contains("   3.00 s * day ") // the last of the few that are looked at first
                .doesNotContain("   0.04 s")
                .contains("verdict   taken, as day")
                .contains("4 of 4 frames show it");
        BufferedImage picture = ImageIO.read(sheet.toFile());
        assertThat(picture.getWidth()).isEqualTo(1258);
        assertThat(picture.getRGB(24 + 2, 24 + 26 + 20 + 14 + 60) & 0xffffff).isEqualTo(0x2f9e44); // framed
    }

    @Test
    void oneThatDoesNotIsLeftOutAfterAHundredFrames() {
        assertThat(explain("--title", "Night on earth")).as(err::toString).isZero();
        assertThat(out.toString())
                .contains("names     night")
                .contains("   3.96 s   day ")
                .contains("verdict   left out")
                .contains("none of 100 frames shows it, most show day (100).");
    }

    @Test
    void orAfterFewerIfSoConfigured() {
        assertThat(explain("--title", "Night on earth", "-Dvito.ingest.curate.videonet.every=25"))
                .as(err::toString)
                .isZero();
        assertThat(out.toString())
                .contains("   0.48 s   day ", "   3.48 s   day ")
                .contains("none of 4 frames shows it, most show day (4).");
    }

    @Test
    void theFilesNameIsItsTitleAndNamesNothing() {
        assertThat(explain()).as(err::toString).isZero();
        assertThat(out.toString()).contains("names     none").contains("Its title names none of 2 classes.");
    }

    @Test
    void weightsWithoutAClassifierOrOfAnotherVocabularyAreRefused() throws Exception {
        int code = explain("-Dvito.ingest.curate.videonet.classifier=" + directory.resolve("backbone.safetensors"));
        assertThat(code).isNotZero();
        assertThat(err.toString()).contains("has no classifier");
        Path three = Files.writeString(directory.resolve("three.txt"), "a\nb\nc\n");
        assertThat(explain("-Dvito.ingest.curate.videonet.vocabulary=" + three)).isNotZero();
        assertThat(err.toString()).contains("tells 2 classes apart").contains("has 3");
    }
}
