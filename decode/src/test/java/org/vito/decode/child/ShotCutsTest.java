package org.vito.decode.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is found in films of textured scenes before which discs move, by a camera that moves and has noise. */
class ShotCutsTest {
    private static final Logger log = LoggerFactory.getLogger(ShotCutsTest.class);
    private static final int WIDTH = 160;
    private static final int HEIGHT = 120;

    private AVFrame frame;
    private ShotCuts cuts;
    private int filmed;

    @BeforeEach
    void open() {
        Libav.load();
        frame = av_frame_alloc();
        frame.format(AV_PIX_FMT_YUV420P);
        frame.width(WIDTH);
        frame.height(HEIGHT);
        assertThat(av_frame_get_buffer(frame, 0)).isZero();
        cuts = new ShotCuts();
    }

    @AfterEach
    void close() {
        cuts.close();
        av_frame_free(frame);
    }

    /** A wall with a pattern of its own colours, and discs; {@code speed} in pixels a frame. */
    private static final class Scene {
        private final SplittableRandom random;
        private final double[] waves = new double[9];
        private final int[] base = new int[3];
        private final int[] swing = new int[3];
        private final double[] discs = new double[5 * 6]; // of each x, y, its speeds, radius, colour
        private final double speed;

        Scene(long seed, double speed) {
            random = new SplittableRandom(seed);
            this.speed = speed;
            Arrays.setAll(waves, i -> 0.02 + 0.1 * random.nextDouble());
            for (int c = 0; c < 3; c++) {
                base[c] = c == 0 ? 50 + random.nextInt(150) : 98 + random.nextInt(60);
                swing[c] = c == 0 ? 10 + random.nextInt(40) : 2 + random.nextInt(14);
            }
            for (int d = 0; d < discs.length; d += 6) {
                discs[d] = random.nextInt(WIDTH);
                discs[d + 1] = random.nextInt(HEIGHT);
                discs[d + 2] = 6 * random.nextDouble() - 3;
                discs[d + 3] = 6 * random.nextDouble() - 3;
                discs[d + 4] = 8 + random.nextInt(14);
                discs[d + 5] = random.nextInt(200);
            }
        }

        int sample(int component, int x, int y, int t) {
            for (int d = 0; d < discs.length; d += 6) {
                double dx = x - Math.floorMod((long) (discs[d] + t * discs[d + 2]), WIDTH);
                double dy = y - Math.floorMod((long) (discs[d + 1] + t * discs[d + 3]), HEIGHT);
                if (dx * dx + dy * dy < discs[d + 4] * discs[d + 4]) {
                    return component == 0 ? (int) discs[d + 5] + 20 : 78 + (int) discs[d + 5] / 2;
                }
            }
            double u = x + speed * t;
            double pattern = Math.sin(waves[component] * u)
                    + Math.sin(waves[component + 3] * y + waves[component] * u / 2)
                    + Math.sin(waves[component + 6] * (u - y));
            return base[component] + (int) (swing[component] * pattern / 1.5);
        }

        int noise() {
            return random.nextInt(13) - 6;
        }
    }

    private void film(Scene scene, int frames, IntUnaryOperator light) {
        for (int t = 0; t < frames; t++) {
            for (int c = 0; c < 3; c++) {
                int shift = c == 0 ? 0 : 1;
                byte[] row = new byte[WIDTH >> shift];
                for (int y = 0; y < HEIGHT >> shift; y++) {
                    for (int x = 0; x < row.length; x++) {
                        int sample = scene.sample(c, x << shift, y << shift, t) + scene.noise();
                        row[x] = (byte) Math.max(0, Math.min(255, c == 0 ? sample + light.applyAsInt(t) : sample));
                    }
                    new BytePointer(frame.data(c))
                            .position((long) y * frame.linesize(c))
                            .put(row);
                }
            }
            cuts.see(frame, filmed++);
        }
    }

    @Test
    void hardCutsAreFoundWhereTheyAre() {
        SplittableRandom random = new SplittableRandom(3);
        List<Long> made = new ArrayList<>();
        int scenes = 151;
        for (int scene = 0; scene < scenes; scene++) {
            if (scene > 0) {
                made.add((long) filmed);
            }
            film(new Scene(scene, 4 * random.nextDouble() - 2), 14 + random.nextInt(20), t -> 0);
        }
        List<Long> found = Arrays.stream(cuts.cuts()).boxed().toList();
        long right = found.stream().filter(made::contains).count();
        log.info(
                "{} cuts in {} frames: {} found, {} missed, {} found that are none",
                made.size(),
                filmed,
                right,
                made.size() - right,
                found.size() - right);
        assertThat(made).as("nothing is found that is none").containsAll(found);
        assertThat((double) right / made.size()).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void aFlashIsNoCut() {
        for (int scene = 0; scene < 20; scene++) {
            int length = 1 + scene % 3;
            film(new Scene(scene, 1), 40, t -> t >= 20 && t < 20 + length ? 90 : 0);
            int counted = cuts.cuts().length;
            assertThat(counted)
                    .as("flash of %d frames in scene %d", length, scene)
                    .isZero();
            cuts.clear();
        }
    }

    @Test
    void aFastPanIsNoCutAndNeitherIsItsBeginning() {
        for (int scene = 0; scene < 20; scene++) {
            film(new Scene(scene, 0), 15, t -> 0);
            film(new Scene(scene, 40), 25, t -> 0);
            assertThat(cuts.cuts()).as("scene %d", scene).isEmpty();
            cuts.clear();
        }
    }

    @Test
    void slowlyChangingLightIsNoCut() {
        for (int scene = 0; scene < 10; scene++) {
            film(new Scene(scene, 1), 60, t -> t * 3 / 2 - 40);
            assertThat(cuts.cuts()).as("scene %d", scene).isEmpty();
            cuts.clear();
        }
    }

    @Test
    void stillPicturesHaveNone() {
        film(new Scene(1, 0), 40, t -> 0);
        assertThat(cuts.cuts()).isEmpty();
    }
}
