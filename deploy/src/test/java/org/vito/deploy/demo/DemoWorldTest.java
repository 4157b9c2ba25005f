package org.vito.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vito.decode.DecodeSettings;
import org.vito.decode.Decoders;
import org.vito.decode.VideoInfo;

@NullUnmarked // JUnit fills the fields
@Timeout(300)
class DemoWorldTest {
    private static final int SIDE = 64;
    private static final DemoSettings SETTINGS =
            new DemoSettings(7, 3, 3, Duration.ofSeconds(1), SIDE, 3, 2, false, Duration.ofSeconds(1));

    @TempDir
    Path directory;

    @Test
    void isAFunctionOfSeedNameAndTime() {
        DemoWorld.Instance instance = new DemoWorld(7, SIDE).instance("gem-0001", 7);
        byte[] frame = new DemoWorld(7, SIDE).frame(instance, 1_234_000);
        assertThat(new DemoWorld(7, SIDE).frame(new DemoWorld(7, SIDE).instance("gem-0001", 7), 1_234_000))
                .isEqualTo(frame);
        assertThat(new DemoWorld(8, SIDE).frame(instance, 1_234_000)).isNotEqualTo(frame);
        assertThat(new DemoWorld(7, SIDE).frame(instance, 2_468_000)).isNotEqualTo(frame);
    }

    @Test
    void colourSaysNothingAboutTheClass() {
        DemoWorld world = new DemoWorld(7, SIDE);
        double[] means = IntStream.range(0, 10)
                .mapToDouble(kind -> IntStream.range(0, 40)
                        .mapToDouble(i -> mean(world.frame(world.instance("c" + kind + "-" + i, kind), 100_000L * i)))
                        .average()
                        .orElseThrow())
                .toArray();
        double spreadWithin = IntStream.range(0, 40)
                .mapToDouble(i -> mean(world.frame(world.instance("c0-" + i, 0), 100_000L * i)))
                .map(m -> Math.abs(m - means[0]))
                .average()
                .orElseThrow();
        assertThat(IntStream.range(1, 10).mapToDouble(kind -> Math.abs(means[kind] - means[0])))
                .allSatisfy(difference -> assertThat(difference).isLessThan(spreadWithin));
    }

    private static double mean(byte[] rgb) {
        return IntStream.range(0, rgb.length).map(i -> rgb[i] & 0xff).average().orElseThrow();
    }

    @Test
    void eachTenVideosShowEveryClassOnce() {
        DemoWorld world = new DemoWorld(7, SIDE);
        assertThat(IntStream.range(10, 20)
                        .mapToObj(n -> DemoVideos.instance(world, 7, n).kind())
                        .distinct())
                .hasSize(10);
    }

    @Test
    void videosAppearWholeAndCanBeDecoded() throws Exception {
        Path videos = directory.resolve("videos");
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "demo-test", ConfigFactory.load());
        try (DemoVideos made = DemoVideos.start(SETTINGS, videos);
                Decoders decoders = Decoders.start(system, DecodeSettings.from(ConfigFactory.load()))) {
            made.awaitAll(Duration.ofSeconds(60));
            List<Path> files = files(videos);
            assertThat(files).hasSize(3);
            for (Path file : files) {
                VideoInfo info = decoders.probe(file).toCompletableFuture().get(180, TimeUnit.SECONDS);
                assertThat(info.width()).isEqualTo(SIDE);
                assertThat(info.durationUs()).isBetween(7_900_000L, 10_200_000L);
                assertThat(info.framesPerSecond()).isBetween(12.0, 13.0);
            }
        } finally {
            system.terminate();
        }
    }

    @Test
    void theLabelledSetHasEveryClassInBothParts() throws IOException {
        LabelledImages.make(SETTINGS, directory);
        for (String name : DemoWorld.classes()) {
            assertThat(files(directory.resolve("train").resolve(name))).hasSize(3);
            assertThat(files(directory.resolve("test").resolve(name))).hasSize(2);
        }
        BufferedImage image =
                ImageIO.read(files(directory.resolve("test/star")).get(0).toFile());
        assertThat(image.getWidth()).isEqualTo(SIDE);
        byte[] before = Files.readAllBytes(files(directory.resolve("test/star")).get(0));
        Files.delete(directory.resolve(".complete"));
        LabelledImages.make(SETTINGS, directory);
        assertThat(files(directory.resolve("test/star")).get(0)).hasBinaryContent(before);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.sorted().toList();
        }
    }
}
