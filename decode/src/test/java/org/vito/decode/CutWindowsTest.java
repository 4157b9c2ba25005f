package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vito.protocol.v1.Clip;

/** Which windows of a film of four moving scenes become clips: cuts at 1.2, 2.56 and 6 seconds of 10.24. */
class CutWindowsTest {
    private static final int WIDTH = 320;
    private static final int HEIGHT = 240;
    private static final int[] CUTS = {30, 64, 150}; // frames
    private static final int[][] COLOURS = {{200, 60, 40}, {40, 90, 160}, {90, 160, 60}, {170, 170, 60}};

    @TempDir
    private static Path dir;

    private static ActorTestKit kit;

    @BeforeAll
    static void start() {
        kit = ActorTestKit.create(ConfigFactory.load());
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
    }

    private static byte[] frame(int number) {
        int scene = 0;
        while (scene < CUTS.length && number >= CUTS[scene]) {
            scene++;
        }
        boolean flash = number == 100 || number == 101;
        byte[] rgb = new byte[3 * WIDTH * HEIGHT];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                double wave = Math.sin((x + 3 * number) * 0.05 * (scene + 1)) + Math.cos((y - number) * 0.03);
                for (int c = 0; c < 3; c++) {
                    int value = COLOURS[scene][c] + (int) (25 * wave) + (flash ? 80 : 0);
                    rgb[3 * (y * WIDTH + x) + c] = (byte) Math.max(0, Math.min(255, value));
                }
            }
        }
        return rgb;
    }

    private static List<Clip> clips(Path file, String shotCuts) throws Exception {
        Config config = ConfigFactory.parseString("vito.decode.window.shot-cuts = " + shotCuts)
                .withFallback(ConfigFactory.load());
        try (Decoders decoders =
                Decoders.start(kit.system(), DecodeSettings.from(config).withChildren(1))) {
            VideoInfo info = DecodersTest.await(decoders.probe(file));
            return DecodersTest.await(decoders.decode(file, DecodersTest.segment(info, 0, 60_000_000)));
        }
    }

    @ParameterizedTest
    @CsvSource({"mp4, mpeg4, 25, 2", "mp4, libopenh264, 50, 0", "webm, libvpx, 125, 0", "avi, mjpeg, 1, 0"})
    void thoseThatStraddleACutAreLeftOut(String container, String codec, int keyframes, int bFrames) throws Exception {
        Path file = dir.resolve(container + codec);
        try (VideoWriter writer = LibavVideoWriter.create(
                file,
                new VideoWriter.Format(container, codec, WIDTH, HEIGHT, 25, 2_000_000, keyframes),
                LibavVideoWriter.Extras.bFrames(bFrames))) {
            for (int i = 0; i < 256; i++) {
                writer.frame(frame(i), i * 40_000L);
            }
        }
        List<Clip> all = clips(file, "keep");
        assertThat(all).hasSize(4);
        assertThat(clips(file, "avoid")).containsExactly(all.get(1), all.get(3));
    }
}
