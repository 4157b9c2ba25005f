package org.vito.evaluator.human;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.augment.Images;
import org.vito.evaluator.AttentionMaps;
import org.vito.evaluator.UntrainedNetwork;
import org.vito.evaluator.data.ClickMeSet;
import org.vito.evaluator.data.DataSets;
import org.vito.evaluator.data.ImageNetClasses;
import org.vito.evaluator.data.Limits;
import org.vito.evaluator.data.MadeClickMe;
import org.vito.evaluator.data.TfRecords;
import org.vito.evaluator.task.Classifier;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Numbers by Harmonization's own code (common/blur.py, TensorFlow's resizing, scipy's spearmanr). */
class ClickMeTaskTest {
    private static final int SIDE = ClickMeTask.SIDE;

    @TempDir
    Path root;

    @BeforeEach
    void write() {
        MadeClickMe.write(root, 4);
    }

    private ClickMeSet open(int most) {
        return (ClickMeSet) DataSets.open("clickme", root, DataSets.Kind.CLICKME, new Limits(0, most, 0, 0.2));
    }

    @Test
    void peoplesMapsAreHarmonizations() {
        float[] heat = new float[256 * 256];
        for (int i = 0; i < heat.length; i++) {
            int x = i % 256;
            int y = i / 256;
            boolean inside = (x - 90) * (x - 90) + (y - 140) * (y - 140) < 2500;
            heat[i] = Math.min(255, (x * 7 + y * 13) % 101 + (inside ? 150 : 0));
        }
        float[] map = ClickMeTask.people(heat);
        int[][] at = {{0, 0}, {0, 223}, {223, 0}, {223, 223}, {112, 112}, {120, 80}, {37, 201}, {1, 5}};
        float[] expected = {
            18.42119f, 14.811418f, 15.471945f, 11.986284f, 152.45415f, 199.78702f, 49.037712f, 21.953125f
        };
        for (int i = 0; i < at.length; i++) {
            assertThat(map[at[i][0] * SIDE + at[i][1]]).isCloseTo(expected[i], within(2e-4f));
        }
        float[] other = new float[SIDE * SIDE];
        for (int i = 0; i < other.length; i++) {
            int x = i % SIDE;
            int y = i / SIDE;
            other[i] = (float) ((x * 3 + y * 5) % 17 + Math.max(0, 60 - Math.hypot(x - 100, y - 110)));
        }
        assertThat(Spearman.correlation(map, other)).isCloseTo(0.3877115969751174, within(1e-7));
        assertThat(Spearman.correlation(floor(map), floor(other))).isCloseTo(0.38649958571090176, within(1e-6));
    }

    private static float[] floor(float[] values) {
        float[] whole = new float[values.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = (float) Math.floor(values[i]);
        }
        return whole;
    }

    @Test
    void ranksOfEqualValuesAreTheirMean() {
        float[] a = {.1f, .4f, .2f, .8f, .8f};
        float[] b = {0, .3f, .1f, .5f, .9f};
        assertThat(Spearman.correlation(a, b)).isCloseTo(0.974679, within(5e-7));
        assertThat(Spearman.correlation(a, b) / ClickMeTask.PEOPLE).isCloseTo(1.482335, within(5e-7));
        assertThat(Spearman.correlation(new float[] {-2, -1, 3}, new float[] {-.5f, 0, 7}))
                .isEqualTo(1);
        assertThat(Spearman.correlation(new float[] {-0f, 0, 3}, new float[] {1, 1, 0}))
                .isEqualTo(-1);
        assertThat(Spearman.correlation(new float[] {1, 1}, new float[] {1, 2})).isNaN();
    }

    @Test
    void whoLooksWherePeopleLookIsAlignedAndMapsOfOneValueDoNotCount() {
        ClickMeSet set = open(0);
        assertThat(set.entries()).hasSize(8);
        List<Double> seen = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        Map<String, Double> metrics = ClickMeTask.measure(
                set,
                (picture, label) -> {
                    labels.add(label);
                    float[] map = new float[SIDE * SIDE];
                    int corner = MadeClickMe.corner(label / 7) * SIDE / ClickMeSet.SIDE;
                    for (int i = 0; i < map.length && label != 14; i++) {
                        int x = i % SIDE - corner - 35;
                        int y = i / SIDE - corner - 35;
                        map[i] = -Math.max(Math.abs(x), Math.abs(y)) * (label == 7 ? -1 : 1);
                    }
                    return map;
                },
                (index, picture, people, network, correlation) -> seen.add(correlation));
        assertThat(labels).containsExactly(0, 7, 14, 21, 28, 35, 42, 49);
        assertThat(seen.get(0)).isGreaterThan(0.4);
        assertThat(seen.get(1)).isLessThan(-0.3);
        assertThat(seen.get(2)).isNaN();
        assertThat(metrics.get("images")).isEqualTo(7);
        assertThat(metrics.get("images.flat")).isEqualTo(1);
        double mean = seen.stream()
                .filter(c -> !c.isNaN())
                .mapToDouble(c -> c)
                .average()
                .orElseThrow();
        assertThat(metrics.get("correlation")).isCloseTo(mean, within(1e-12));
        assertThat(metrics.get("alignment")).isCloseTo(mean / 0.65753, within(1e-12));
        double spread = Math.sqrt(seen.stream()
                .filter(c -> !c.isNaN())
                .mapToDouble(c -> (c - mean) * (c - mean) / 6)
                .sum());
        assertThat(metrics.get("alignment.high"))
                .isCloseTo((mean + 1.959964 * spread / Math.sqrt(7)) / 0.65753, within(1e-6));
        assertThat(open(4).entries())
                .extracting(ClickMeSet.Entry::at)
                .containsExactly(
                        set.entries().get(0).at(),
                        set.entries().get(2).at(),
                        set.entries().get(4).at(),
                        set.entries().get(6).at());
    }

    @Test
    void mapsAreOfAttentionOrOfTheClassifiersClass() {
        Images.Picture picture = open(1).entries().get(0).read().picture();
        UntrainedNetwork.write(root.resolve("attentive"), "architecture = resnet18");
        try (NetworkMaps maps = NetworkMaps.open(root.resolve("attentive"), Optional::empty);
                FrozenEncoder encoder = FrozenEncoder.open(root.resolve("attentive"))) {
            float[] map = maps.of(picture, 0);
            Map<String, float[]> scales = new AttentionMaps(encoder).of(picture);
            float[] coarse = scales.getOrDefault("attention4", map);
            float[] fine = scales.getOrDefault("attention3", map);
            for (int i = 0; i < map.length; i += 991) { // those are times the numbers of positions, 8² and 16²
                assertThat(map[i]).isCloseTo((coarse[i] / 64 + fine[i] / 256) / 2, within(1e-7f));
            }
        }
        UntrainedNetwork.write(root.resolve("plain"), "architecture = resnet18, pooling.kind = average");
        float[][] weights = new float[1000][512];
        for (int d = 0; d < 512; d++) {
            weights[2][d] = d % 3 - 1;
        }
        Classifier classifier = new Classifier(ImageNetClasses.names(), weights, new float[1000], Map.of());
        try (NetworkMaps maps = NetworkMaps.open(root.resolve("plain"), () -> Optional.of(classifier))) {
            float[] map = maps.of(picture, 2);
            assertThat(map).hasSize(picture.width() * picture.height());
            assertThat(Spearman.correlation(map, map)).isCloseTo(1, within(1e-12));
            for (float value : map) {
                assertThat(value).isNotNegative();
            }
            assertThat(maps.of(picture, 3)).as("a class of no weight").containsOnly(0);
        }
    }

    @Test
    void recordsAreThoseOfTensorFlow() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TfRecords.write(out, new byte[] {'v', 'i', 't', 'o'});
        assertThat(HexFormat.of().formatHex(out.toByteArray())) // by tf.io.TFRecordWriter
                .isEqualTo("0400000000000000424552047669746fbcc4a17f");
    }

    @Test
    void tellsWhichFileIsDamaged() throws IOException {
        Path file = root.resolve("val/val-1.tfrecords");
        byte[] bytes = Files.readAllBytes(file);
        byte[] turned = bytes.clone();
        turned[100] ^= 1;
        Files.write(file, turned);
        ClickMeSet set = open(0);
        assertThatThrownBy(() -> set.entries().get(4).read())
                .hasMessageContainingAll("val-1.tfrecords", "byte 0", "not what their checksum is of");
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
        refused("val-1.tfrecords", "no whole record at byte", "is it copied whole?");
        Files.delete(file);
        Files.delete(root.resolve("val/val-0.tfrecords"));
        refused("there is no record in", "val-0.tfrecords");
        TfRecords.write(Files.newOutputStream(file, StandardOpenOption.CREATE), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> open(0).entries().get(0).read()).hasMessageContaining("no tf.train.Example");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> open(0))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_DATA_SET))
                .hasMessageContainingAll(parts);
    }
}
