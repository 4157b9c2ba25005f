package org.vito.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.vito.augment.ViewDraw.Crop;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.VitoException;

class ViewDrawTest {
    private static final int DRAWS = 100_000;
    private static final AugmentSettings SETTINGS = AugmentSettings.from(ConfigFactory.load());
    private static final List<ViewDraw> A1 = new ArrayList<>();
    private static final List<ViewDraw> A2 = new ArrayList<>();

    @BeforeAll
    static void draw() {
        for (int i = 0; i < DRAWS; i++) {
            A1.add(ViewDraw.of(
                    CounterRandom.of(3, "clip" + i, 0, 0),
                    SETTINGS,
                    SETTINGS.recipes().get(0),
                    4000,
                    3000));
            A2.add(ViewDraw.of(
                    CounterRandom.of(3, "clip" + i, 0, 1),
                    SETTINGS,
                    SETTINGS.recipes().get(1),
                    4000,
                    3000));
        }
    }

    @Test
    void coinsFallAsOftenAsTheTableSays() {
        share(A1, ViewDraw::flip, .5);
        share(A2, ViewDraw::flip, .5);
        share(A1, ViewDraw::jitter, .8);
        share(A2, ViewDraw::jitter, .8);
        share(A1, ViewDraw::grey, .2);
        share(A2, ViewDraw::grey, .2);
        share(A1, ViewDraw::blur, 1);
        share(A2, ViewDraw::blur, .1);
        share(A1, ViewDraw::solarise, 0);
        share(A2, ViewDraw::solarise, .2);
        share(A1, d -> d.jitter() && d.grey(), .16); // separate coins
    }

    private static void share(List<ViewDraw> draws, Predicate<ViewDraw> coin, double expected) {
        double seen = draws.stream().filter(coin).count() / (double) DRAWS;
        assertThat(seen).isCloseTo(expected, within(5 * Math.sqrt(expected * (1 - expected) / DRAWS) + 1e-12));
    }

    @Test
    void strengthsAreUniform() {
        uniform(ViewDraw::brightness, -.4, .4);
        uniform(ViewDraw::contrast, .6, 1.4);
        uniform(ViewDraw::saturation, .8, 1.2);
        uniform(ViewDraw::hue, -.1, .1);
        uniform(ViewDraw::sigma, .1, 2);
    }

    /** Kolmogorov and Smirnov: the greatest distance from a uniform distribution stays below 2 / sqrt(n). */
    private static void uniform(ToDoubleFunction<ViewDraw> of, double low, double high) {
        double[] sorted = A1.stream().mapToDouble(of).sorted().toArray();
        assertThat(distance(sorted, low, high)).isLessThan(2 / Math.sqrt(DRAWS));
    }

    private static double distance(double[] sorted, double low, double high) {
        double worst = 0;
        for (int i = 0; i < sorted.length; i++) {
            assertThat(sorted[i]).isBetween(low, high);
            worst = Math.max(worst, Math.abs((sorted[i] - low) / (high - low) - (i + .5) / sorted.length));
        }
        return worst;
    }

    @Test
    void ordersOfTheColourChangesAreEquallyLikely() {
        Map<String, Integer> counts = new HashMap<>();
        A1.forEach(d -> counts.merge(Arrays.toString(d.order()), 1, Integer::sum));
        assertThat(counts).hasSize(24);
        assertThat(counts.values()).allMatch(n -> Math.abs(n - DRAWS / 24) < 5 * Math.sqrt(DRAWS / 24.0));
    }

    @Test
    void cropsHaveTheirAreaAndAspect() {
        // Where nothing is cut to the frame: on a wide enough share of small crops the aspect is log-uniform.
        double[] aspects = A1.stream()
                .map(ViewDraw::crop)
                .filter(c -> (double) c.width() * c.height() < .5 * 4000 * 3000)
                .mapToDouble(c -> Math.log((double) c.width() / c.height()))
                .filter(a -> Math.abs(a) < Math.log(4.0 / 3) - .001)
                .sorted()
                .toArray();
        assertThat(aspects.length).isGreaterThan(10_000);
        assertThat(distance(aspects, -Math.log(4.0 / 3), Math.log(4.0 / 3)))
                .isLessThan(2 / Math.sqrt(aspects.length) + .005);
        double[] shares = A1.stream()
                .map(ViewDraw::crop)
                .filter(c -> c.width() < 4000 && c.height() < 3000)
                .mapToDouble(c -> c.width() * (double) c.height() / (4000 * 3000))
                .filter(s -> s < .55)
                .sorted()
                .toArray();
        assertThat(distance(shares, .3999, .55)).isLessThan(2 / Math.sqrt(shares.length) + .005);
    }

    @Test
    void cropsLieInsideFramesOfAnySize() {
        Random random = new Random(8);
        for (int i = 0; i < 20_000; i++) {
            int width = 1 + random.nextInt(i % 2 == 0 ? 4 : 500);
            int height = 1 + random.nextInt(i % 3 == 0 ? 4 : 500);
            Crop crop = ViewDraw.of(
                            CounterRandom.of(i, "any", 0, 0),
                            SETTINGS,
                            SETTINGS.recipes().get(0),
                            width,
                            height)
                    .crop();
            assertThat(crop.width()).isBetween(1, width);
            assertThat(crop.height()).isBetween(1, height);
            assertThat(crop.x()).isBetween(0, width - crop.width());
            assertThat(crop.y()).isBetween(0, height - crop.height());
        }
    }

    @Test
    void offsetsReachBothEnds() {
        int[] seen = new int[4];
        for (int i = 0; i < 4000; i++) {
            CounterRandom random = CounterRandom.of(i, "offset", 0, 0);
            seen[Crop.draw(.25, 1, 6, 6, random).x()]++; // 3 of 6 pixels
        }
        assertThat(Arrays.stream(seen).boxed()).allMatch(n -> Math.abs(n - 1000) < 150);
    }

    @Test
    void settingsAreTheMethodsAndBadOnesAreRefused() {
        assertThat(SETTINGS.views()).isEqualTo(3);
        assertThat(SETTINGS.recipes().get(2)).isEqualTo(SETTINGS.recipes().get(0));
        assertThat(SETTINGS.recipes().get(1).saturation()).isEqualTo(.2);
        for (String bad : List.of(
                "views = 5", "size = 7", "crop.scale-min = 0", "a2.blur = 1.1", "third-view = a3", "buffers = 1")) {
            assertThatThrownBy(() -> AugmentSettings.from(
                            ConfigFactory.parseString("vito.augment." + bad).withFallback(ConfigFactory.load())))
                    .isInstanceOf(VitoException.class)
                    .hasMessageContaining("vito.augment.");
        }
    }
}
