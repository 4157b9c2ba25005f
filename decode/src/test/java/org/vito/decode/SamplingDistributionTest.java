package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** That what decoding draws is distributed as it says: frame times within windows, windows within videos. */
class SamplingDistributionTest {
    private static final double WINDOW = 2_560_000;

    private static DecodeSettings settings(String window) {
        return DecodeSettings.from(ConfigFactory.parseString("vito.decode.window { " + window + " }")
                .withFallback(ConfigFactory.load()));
    }

    private static List<ClipWindow> windows(String videoId, long durationUs, DecodeSettings settings) {
        return ClipWindow.of(
                DecodeSegment.newBuilder()
                        .setVideoId(videoId)
                        .setEndUs(durationUs)
                        .setVideo(StoredVideo.newBuilder().setDurationUs(durationUs))
                        .build(),
                settings);
    }

    /** Largest distance between the empirical and the uniform distribution, times the root of the number. */
    private static double kolmogorov(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double largest = 0;
        for (int i = 0; i < sorted.length; i++) {
            largest = Math.max(
                    largest, Math.max(sorted[i] - (double) i / sorted.length, (i + 1.0) / sorted.length - sorted[i]));
        }
        return largest * Math.sqrt(sorted.length);
    }

    @Test
    void frameTimesAreUniformOverTheWindow() {
        double[] times = windows("v", 6_400_000_000L, settings("")).stream() // 2,500 windows of 8
                .flatMap(window -> window.wantedUs().stream().map(us -> (us - window.startUs()) / WINDOW))
                .mapToDouble(Double::doubleValue)
                .toArray();
        assertThat(times).hasSize(20_000);
        assertThat(kolmogorov(times)).isLessThan(1.95); // p = 0.001
    }

    @Test
    void distancesOfTwoFramesAreThoseOfIndependentDraws() {
        // |Δt| of two independent uniform draws from [0, T] has density 2 (T - d) / T², mean T / 3: its distribution
        // function, 1 - (1 - d/T)², makes it uniform
        List<Double> distances = new ArrayList<>();
        for (ClipWindow window : windows("v", 51_200_000_000L, settings("frames-per-clip = 2"))) {
            distances.add((window.wantedUs().get(1) - window.wantedUs().get(0)) / WINDOW);
        }
        assertThat(distances).hasSize(20_000);
        assertThat(kolmogorov(distances.stream()
                        .mapToDouble(d -> 1 - (1 - d) * (1 - d))
                        .toArray()))
                .isLessThan(1.95);
        double mean =
                distances.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        assertThat(mean * WINDOW / 1e6).isBetween(0.8533 - 0.018, 0.8533 + 0.018); // 4 standard errors
    }

    @Test
    void chosenWindowsAreAUniformSubset() {
        DecodeSettings s = settings("per-video = 3");
        int[] single = new int[12];
        int[] pairs = new int[12 * 12];
        int videos = 12_000;
        for (int video = 0; video < videos; video++) {
            int[] chosen = windows("video " + video, 12 * 2_560_000L, s).stream()
                    .mapToInt(window -> (int) (window.startUs() / 2_560_000))
                    .toArray();
            assertThat(chosen).hasSize(3).isSorted().doesNotHaveDuplicates();
            for (int i = 0; i < 3; i++) {
                single[chosen[i]]++;
                for (int j = i + 1; j < 3; j++) {
                    pairs[12 * chosen[i] + chosen[j]]++;
                }
            }
        }
        assertThat(chiSquare(single, videos * 3 / 12.0)).isLessThan(31.3); // 11 degrees of freedom, p = 0.001
        int[] possible = Arrays.stream(pairs).filter(n -> n > 0).toArray();
        assertThat(possible).hasSize(66);
        assertThat(chiSquare(possible, videos * 3 / 66.0)).isLessThan(105.99); // 65, p = 0.001
    }

    private static double chiSquare(int[] counts, double expected) {
        return Arrays.stream(counts)
                .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                .sum();
    }

    @Test
    void chosenWindowsDependOnSeedAndVideoAlone() {
        DecodeSettings s = settings("per-video = 5");
        long duration = 600_000_000;
        List<ClipWindow> chosen = windows("v", duration, s);
        assertThat(windows("v", duration, s)).isEqualTo(chosen);
        assertThat(windows("w", duration, s)).isNotEqualTo(chosen);
        assertThat(windows("v", duration, settings("per-video = 5 }, vito.decode { seed = 1")))
                .isNotEqualTo(chosen);
        assertThat(windows("v", 3 * 2_560_000, s)).as("fewer than may be").hasSize(3);
        Set<ClipWindow> all = new HashSet<>(windows("v", duration, settings("")));
        assertThat(all).hasSize(234).containsAll(chosen);
    }

    @Test
    void aRateKeepsEveryFrameOfTheWindowAtThatRate() {
        ClipWindow second =
                windows("v", 6_000_000, settings("keep = rate, rate = 12.5")).get(1);
        assertThat(second.wantedUs())
                .hasSize(32)
                .startsWith(2_560_000L, 2_640_000L)
                .endsWith(5_040_000L);
        ClipWindow odd =
                windows("v", 2_560_000, settings("keep = rate, rate = 29.97")).get(0);
        assertThat(odd.wantedUs()).hasSize(77).startsWith(0L, 33_367L, 66_733L).allMatch(us -> us < 2_560_000);
        assertThatThrownBy(() -> settings("keep = rate, rate = 400"))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("vito.decode.window.rate = 400");
    }

    @Test
    void aVideoThatStatesAnAbsurdLengthIsRefused() {
        assertThatThrownBy(() -> windows("v", Long.MAX_VALUE / 2, settings("")))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    }
}
