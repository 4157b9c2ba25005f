package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.augment.AugmentSettings;
import org.vito.augment.BatchAugmenter;
import org.vito.augment.BatchBuffers;
import org.vito.augment.ClipBatch;
import org.vito.decode.VideoWriter;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Stages;
import org.vito.protocol.v1.Clip;
import picocli.CommandLine;

@NullUnmarked // JUnit fills the fields
class ViewsCommandTest {
    private static final int SIZE = 48;
    private static final int ROW = 168;
    private static final long SEED = 5;
    private static final String SETTINGS = "vito.augment.size=" + SIZE + "\nvito.learner.seed=" + SEED
            + "\nvito.decode.children=1\nvito.decode.frame.short-side=64";

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path video;
    private Path grid;

    @BeforeEach
    void makeVideo() throws Exception {
        video = directory.resolve("a.mp4");
        grid = directory.resolve("grid.png");
        VideoWriter.Format format = new VideoWriter.Format("mp4", "mpeg4", 96, 64, 25, 4_000_000, 25);
        try (VideoWriter writer = VideoWriter.create(video, format)) {
            for (int i = 0; i < 160; i++) { // 6.4 s: two whole windows
                byte[] frame = new byte[96 * 64 * 3];
                CounterRandom random = CounterRandom.of(1, "frame", i / 8, 0);
                for (int at = 0; at < frame.length; at++) {
                    frame[at] = (byte) (at % 288 < 150 ? 40 + i : 200 - random.nextInt(30));
                }
                writer.frame(frame, 40_000L * i);
            }
        }
    }

    private int views(String... more) {
        List<String> words = new ArrayList<>(List.of("views", video.toString(), "-o", grid.toString()));
        SETTINGS.lines().forEach(line -> words.add("-D" + line));
        words.addAll(List.of(more));
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(words.toArray(String[]::new));
    }

    @Test
    void theLearnersViewsAreDrawnByteForByte() throws Exception {
        assertThat(views("--epoch", "3")).as(err::toString).isZero();
        BufferedImage sheet = ImageIO.read(grid.toFile());
        assertThat(out.toString().lines())
                .hasSize(6)
                .allMatch(line -> line.contains("crop ") && line.contains(", view "));
        byte[] expected = learnersViews(3);
        int left = 24 + ROW * 96 / 64 + 14;
        for (int view = 0; view < 3; view++) {
            int top = 24 + 34 + view * (ROW + 14);
            for (int i = 0; i < SIZE * SIZE; i++) {
                int pixel = sheet.getRGB(left + i % SIZE, top + i / SIZE);
                int at = 3 * (view * SIZE * SIZE + i);
                assertThat(new int[] {(pixel >> 16) & 0xff, (pixel >> 8) & 0xff, pixel & 0xff})
                        .containsExactly(expected[at] & 0xff, expected[at + 1] & 0xff, expected[at + 2] & 0xff);
            }
        }
    }

    /** Of the first clip, by the stream that feeds the learner. */
    private byte[] learnersViews(long epoch) throws Exception {
        Config config = ConfigFactory.parseString(SETTINGS).withFallback(ConfigFactory.load());
        Clip clip;
        try (LocalClips clips = new LocalClips(config)) {
            clip = clips.clips(video, 0, 1).get(0);
        }
        AugmentSettings augment = AugmentSettings.from(config);
        ByteBuffer memory = ByteBuffer.allocateDirect(3 * augment.viewBytes());
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "views", config);
        try {
            Source.single(new ClipBatch(0, List.of(new ClipBatch.Example(clip, epoch, 0, 0))))
                    .via(BatchAugmenter.flow(
                            augment,
                            SEED,
                            new BatchBuffers(List.of(memory)),
                            system.executionContext(),
                            new Stages(new SimpleMeterRegistry())))
                    .runWith(Sink.head(), system)
                    .toCompletableFuture()
                    .get(120, TimeUnit.SECONDS);
        } finally {
            system.terminate();
        }
        byte[] views = new byte[memory.capacity()];
        memory.get(0, views);
        return views;
    }

    @Test
    void clipsBeginWhereOneWants() {
        assertThat(views("--from", "100ms", "--clips", "1")).as(err::toString).isZero();
        assertThat(out.toString().lines()).hasSize(3).allMatch(line -> line.contains("@2560000, view"));
        assertThat(views("--from", "1 minute")).isEqualTo(1);
        assertThat(err.toString()).contains("no whole window");
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        grid = directory.resolve("grid.jpg");
        assertThat(views()).isEqualTo(2);
        assertThat(err.toString()).contains("grid.jpg: expected a name that ends in .png");
        grid = directory.resolve("grid.png");
        assertThat(views("--from", "soon")).isEqualTo(2);
        assertThat(err.toString()).contains("--from soon: expected a time as in 500ms or 90s");
        assertThat(views("--clips", "0")).isEqualTo(2);
        video = directory.resolve("b.mp4");
        assertThat(views()).isEqualTo(1);
        assertThat(err.toString()).contains("b.mp4: no such file");
    }
}
