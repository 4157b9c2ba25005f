package org.vito.evaluator.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.vito.evaluator.data.Mask;

/** Numbers by the published code of VFS (masked_attention_efficient, spatial_neighbor) and its tracker's last steps in torch. */
class MaskPropagationTest {
    private static final int ROWS = 7;
    private static final int COLUMNS = 9;
    private static final int CHANNELS = 5;
    private static final int CLASSES = 3;
    private static final int FRAMES = 6;
    private static final int HEIGHT = 53;
    private static final int WIDTH = 70;

    @Test
    void fourPlacesInARow() {
        assertThat(classZero(2)).containsExactly(new float[] {1, 0.99963f, 0, 0}, within(5e-6f));
        assertThat(classZero(100)).containsExactly(new float[] {0.8188f, 0.8188f, 0, 0.8188f}, within(5e-5f));
    }

    /** Mass of class 0 where each of two frames counts with half of the neighbours. */
    private static float[] classZero(int radius) {
        // The first frame counts twice in the beginning, so that 2 neighbours of it are 4 of both.
        var rule = new MaskPropagation.Rule(20, radius, 4, 0.07);
        try (MaskPropagation propagation = MaskPropagation.open(rule, 1, 4, 2, 2)) {
            propagation.begin(new float[] {1, 0, 0, 1, 1, 0.5f, 0.5f, 1}, new float[] {1, 0, 1, 0, 0, 1, 0, 1});
            float[] found = propagation.next(new float[] {1, 0, 0, 1, 1, 1, 0, 2});
            return new float[] {found[0], found[2], found[4], found[6]};
        }
    }

    @Test
    void fewFramesAndNeighbours() {
        float[] last = last(new MaskPropagation.Rule(2, 3, 4, 0.07));
        agree(last, new float[] {0.974497f, 0, 0, 0.788143f, 0.000423f, 0, 0, 0.993899f}, new double[] {
            42.84682, 5.38493, 14.76825
        });
        agree(
                last,
                new int[] {2803, 246, 661},
                73902,
                "0000000001111111111100000000000000000000002200000000000222222200000000");
    }

    @Test
    void asVfsDoesIt() {
        float[] last = last(new MaskPropagation.Rule(20, 18, 10, 0.07));
        agree(
                last,
                new float[] {0.920814f, 0.27869f, 0.059764f, 0.167617f, 0.024463f, 0.207793f, 0.044834f, 0.106006f},
                new double[] {43.28201, 10.41482, 9.30316});
        agree(
                last,
                new int[] {2842, 579, 289},
                56736,
                "0000000000221111111111000000000000000000000000000000000011100000000000");
    }

    @Test
    void aRadiusBetweenAndASoftTemperature() {
        float[] last = last(new MaskPropagation.Rule(3, 4, 10, 0.2));
        agree(
                last,
                new float[] {0.83223f, 0, 0.178141f, 0.295623f, 0.117359f, 0.024519f, 0.080546f, 0.560236f},
                new double[] {43.41159, 11.01389, 8.57453});
        agree(
                last,
                new int[] {2542, 641, 527},
                79729,
                "0000000011111111111111000000000000000000001111111110000222220000000000");
    }

    private static void agree(float[] map, float[] some, double[] sums) {
        int[] at = {0, 5, 40, 77, 100, 130, 160, 188};
        for (int i = 0; i < at.length; i++) {
            assertThat(map[at[i]]).as("element %d", at[i]).isCloseTo(some[i], within(2e-6f));
        }
        double[] found = new double[CLASSES];
        for (int i = 0; i < map.length; i++) {
            found[i % CLASSES] += map[i];
        }
        assertThat(found).containsExactly(sums, within(2e-5));
    }

    private static void agree(float[] map, int[] counts, int weighted, String row20) {
        Mask mask = MaskMaps.mask(map, ROWS, COLUMNS, CLASSES, WIDTH, HEIGHT);
        int[] found = new int[CLASSES];
        int sum = 0;
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < mask.labels().length; i++) {
            found[mask.labels()[i]]++;
            sum += mask.labels()[i] * (i % 97);
            if (i / WIDTH == 20) {
                row.append(mask.labels()[i]);
            }
        }
        assertThat(row).hasToString(row20);
        assertThat(found).isEqualTo(counts);
        assertThat(sum).isEqualTo(weighted);
    }

    private static float[] last(MaskPropagation.Rule rule) {
        try (MaskPropagation propagation = MaskPropagation.open(rule, ROWS, COLUMNS, CHANNELS, CLASSES)) {
            propagation.begin(features(0), MaskMaps.oneHot(first(), ROWS, COLUMNS, CLASSES));
            float[] last = new float[0];
            for (int t = 1; t < FRAMES; t++) {
                last = propagation.next(features(t));
            }
            return last;
        }
    }

    private static float[] features(int t) {
        float[] map = new float[ROWS * COLUMNS * CHANNELS];
        for (int i = 0; i < map.length; i++) {
            int k = i % CHANNELS;
            int c = i / CHANNELS % COLUMNS;
            int r = i / CHANNELS / COLUMNS;
            map[i] = (float)
                    (Math.sin(0.9 * r + 1.3 * c + 2.1 * k + 0.35 * t * (k + 1)) + 0.5 * Math.cos(0.7 * r * c + k));
        }
        return map;
    }

    private static Mask first() {
        byte[] labels = new byte[HEIGHT * WIDTH];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                boolean one = y >= HEIGHT * 0.2 && y < HEIGHT * 0.6 && x >= WIDTH * 0.1 && x < WIDTH * 0.45;
                boolean two = y >= HEIGHT * 0.5 && x >= WIDTH * 0.6;
                labels[y * WIDTH + x] = (byte) (one ? 1 : two ? 2 : 0);
            }
        }
        return new Mask(WIDTH, HEIGHT, labels);
    }
}
