package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.decode.VideoWriter;
import picocli.CommandLine;

/** {@code vito clips} and {@code vito bench decode} on a video whose frames differ in brightness. */
@NullUnmarked // JUnit fills the fields
class ClipsCommandTest {
    private static final int FRAMES = 150;
    private static final int FRAME_US = 40_000;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(Object... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    private Path video() throws Exception {
        Path file = directory.resolve("video.mp4");
        try (VideoWriter writer =
                VideoWriter.create(file, new VideoWriter.Format("mp4", "mpeg4", 64, 48, 25, 400_000, 25))) {
            for (int i = 0; i < FRAMES; i++) {
                byte[] rgb = new byte[3 * 64 * 48];
                Arrays.fill(rgb, (byte) (30 + i));
                writer.frame(rgb, (long) i * FRAME_US);
            }
        }
        return file;
    }

    @Test
    void writesEveryClipAndSaysWhatIsInIt() throws Exception {
        Path clips = directory.resolve("clips");
        assertThat(execute("clips", video(), "-o", clips)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("2 clips of");
        JsonNode index = new ObjectMapper().readTree(clips.resolve("index.json").toFile());
        assertThat(index.get("codec").asText()).isEqualTo("mpeg4");
        assertThat(index.get("clips")).hasSize(2);
        assertThat(index.get("lost")).isEmpty();
        for (JsonNode clip : index.get("clips")) {
            assertThat(clip.get("clip_id").asText())
                    .isEqualTo(index.get("video_id").asText() + "@"
                            + clip.get("start_us").asText());
            assertThat(clip.get("frames")).hasSize(8);
            for (JsonNode frame : clip.get("frames")) {
                int number = frame.get("number").asInt();
                assertThat(frame.get("pts_us").asLong()).isEqualTo((long) number * FRAME_US);
                assertThat(Math.abs(frame.get("pts_us").asLong()
                                - frame.get("wanted_us").asLong()))
                        .isLessThanOrEqualTo(FRAME_US / 2);
                assertThat(frame.get("interlaced").asBoolean()).isFalse();
                assertThat(frame.get("damaged").asBoolean()).isFalse();
                var image =
                        ImageIO.read(clips.resolve(frame.get("file").asText()).toFile());
                assertThat(image.getWidth()).isEqualTo(64);
                assertThat(image.getRGB(32, 24) & 0xff).isBetween(30 + number - 4, 30 + number + 4);
            }
        }
        assertThat(execute("clips", directory.resolve("video.mp4"), "-o", clips))
                .isEqualTo(1);
        assertThat(err.toString()).contains("index.json is there already");
    }

    @Test
    void whatIsLostIsToldOrRefused() throws Exception {
        Path file = video();
        byte[] bytes = Files.readAllBytes(file);
        int frames = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("moov"); // which follows them
        Arrays.fill(bytes, frames * 2 / 3, frames * 7 / 10, (byte) 0);
        Files.write(file, bytes);
        Path clips = directory.resolve("clips");
        assertThat(execute("clips", file, "-o", clips)).as(err.toString()).isZero();
        JsonNode index = new ObjectMapper().readTree(clips.resolve("index.json").toFile());
        assertThat(index.get("clips")).hasSize(1);
        JsonNode lost = index.get("lost").get(0);
        assertThat(lost.get("start_us").asLong()).isBetween(2_560_000L, 5_120_000L);
        assertThat(lost.get("end_us").asLong())
                .isGreaterThan(lost.get("start_us").asLong());
        assertThat(lost.get("reason").asText()).isNotEmpty();
        assertThat(execute("clips", file, "-o", directory.resolve("none"), "-D", "vito.decode.damage=reject"))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("damaged from " + lost.get("start_us").asText() + " us");
    }

    @Test
    void whatIsNoVideoIsRefusedInALine() throws Exception {
        Path text = Files.writeString(directory.resolve("text.mp4"), "These are words.\n".repeat(400));
        assertThat(execute("clips", text, "-o", directory.resolve("none"))).isEqualTo(1);
        assertThat(err.toString().strip().lines()).hasSize(1);
        assertThat(execute("clips", directory.resolve("missing.mp4"), "-o", directory.resolve("none")))
                .isEqualTo(1);
    }

    @Test
    void theBenchmarkHoldsTogether() throws Exception {
        assertThat(execute(
                        "bench",
                        "decode",
                        video(),
                        "--json",
                        "--rounds",
                        1,
                        "--least-ms",
                        0,
                        "--windows",
                        3,
                        "--children",
                        1))
                .as(err.toString())
                .isZero();
        JsonNode result = new ObjectMapper().readTree(out.toString()).get(0);
        assertThat(result.get("frames").asInt()).isEqualTo(FRAMES);
        assertThat(result.get("sequential_frames_per_s").asDouble()).isPositive();
        assertThat(result.get("sparse_views_per_s").asDouble()).isPositive();
        assertThat(result.get("sparse_apart_views_per_s").asDouble()).isPositive();
        assertThat(result.get("spanned_per_view").asDouble()).isBetween(1.0 / 9, 25.0);
        assertThat(result.get("decoded_per_view").asDouble()).isPositive();
        assertThat(result.get("clips_decoded_frames").asInt()).isBetween(16, FRAMES);
        assertThat(result.get("jpeg_bytes").asDouble()).isPositive();
        assertThat(execute("bench", "decode", "--rounds", 0, "x.mp4")).isEqualTo(2);
    }
}
