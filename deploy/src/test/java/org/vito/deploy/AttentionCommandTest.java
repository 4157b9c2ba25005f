package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.augment.Images;
import org.vito.decode.VideoWriter;
import org.vito.evaluator.AttentionMaps;
import org.vito.learner.FrozenEncoder;
import org.vito.learner.checkpoint.Checkpoints;
import picocli.CommandLine;

@NullUnmarked // JUnit fills the fields
class AttentionCommandTest {
    private static final int WIDTH = 128;
    private static final int HEIGHT = 96;

    @TempDir
    static Path directory;

    private static Path video;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void make() throws Exception {
        TinyRun.write(directory, "tiny");
        video = directory.resolve("a.mp4");
        try (VideoWriter writer =
                VideoWriter.create(video, new VideoWriter.Format("mp4", "mpeg4", WIDTH, HEIGHT, 25, 4_000_000, 25))) {
            for (int i = 0; i < 100; i++) {
                writer.frame(frame(i), 40_000L * i);
            }
        }
    }

    private static byte[] frame(int t) {
        byte[] rgb = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % WIDTH;
            int y = i / 3 / WIDTH;
            rgb[i] = (byte) (Math.hypot(x - 20 - t, y - 40) < 18 ? 220 - 70 * (i % 3) : 60 + x / 2);
        }
        return rgb;
    }

    private int vito(String... words) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(words);
    }

    @Test
    void framesAreLitByTheWeightsOfEachScale() throws Exception {
        Path sheet = directory.resolve("attention.png");
        assertThat(vito(
                        "attention",
                        video.toString(),
                        "--weights",
                        "tiny@7",
                        "--data",
                        directory.toString(),
                        "--frames",
                        "3",
                        "-D",
                        "vito.decode.frame.short-side=96",
                        "-o",
                        sheet.toString()))
                .as(err::toString)
                .isZero();
        BufferedImage drawn = ImageIO.read(sheet.toFile());
        assertThat(drawn.getWidth()).isEqualTo(2 * 24 + 110 + 3 * (220 + 12));
        int rowHeight = 220 * HEIGHT / WIDTH;
        assertThat(drawn.getHeight()).isEqualTo(2 * 24 + 2 * 22 + 4 * (rowHeight + 12));
        for (int row = 1; row <= 3; row++) {
            double frame = brightness(drawn, 0, rowHeight);
            assertThat(brightness(drawn, row, rowHeight))
                    .as("row %d is lit in places", row)
                    .isStrictlyBetween(0.1 * frame, frame);
        }
    }

    /** Mean of the first column's picture in a row of the sheet. */
    private static double brightness(BufferedImage drawn, int row, int rowHeight) {
        long sum = 0;
        int top = 24 + 2 * 22 + row * (rowHeight + 12);
        for (int i = 0; i < 220 * rowHeight; i++) {
            int pixel = drawn.getRGB(24 + 110 + i % 220, top + i / 220);
            sum += (pixel >> 16 & 0xff) + (pixel >> 8 & 0xff) + (pixel & 0xff);
        }
        return sum / (3.0 * 220 * rowHeight);
    }

    @Test
    void weightsAverageToOneAndTheMeanIsThatOfTheScales() {
        Path checkpoint = Checkpoints.latest(Checkpoints.directory(directory, "tiny"))
                .orElseThrow()
                .directory();
        try (FrozenEncoder encoder = FrozenEncoder.open(checkpoint)) {
            Images.Picture picture =
                    new Images.Picture(WIDTH, HEIGHT, com.google.protobuf.ByteString.copyFrom(frame(3)));
            Map<String, float[]> maps = new AttentionMaps(encoder).of(picture);
            assertThat(maps.keySet()).containsExactly("attention3", "attention4", "mean");
            for (Map.Entry<String, float[]> map : maps.entrySet()) {
                double sum = 0;
                for (float value : map.getValue()) {
                    sum += value;
                }
                assertThat(sum / (WIDTH * HEIGHT)).as(map.getKey()).isBetween(0.9, 1.1);
            }
            float[] mean = maps.get("mean");
            assertThat(mean[1234]).isEqualTo(maps.get("attention3")[1234] / 2 + maps.get("attention4")[1234] / 2);
        }
    }

    @Test
    void whatHasNoAttentionIsRefused() {
        Path file = directory.resolve("backbone.safetensors");
        assertThat(vito("export", "--checkpoint", "tiny@7", "--out", file.toString(), "--data", directory.toString()))
                .as(err::toString)
                .isZero();
        assertThat(vito(
                        "attention",
                        video.toString(),
                        "--weights",
                        file.toString(),
                        "-o",
                        directory.resolve("x.png").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("the network has no attention");
    }
}
