package org.vito.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.augment.FrameSampling.Scheme;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.Frame;

class FrameSamplingTest {
    private static final double T = 2.56;
    private static final long START_US = 10_000_000;
    private static final double DELTA = 0.64;
    private static final int DRAWS = 20_000;

    /** Frames at random times, as decoding draws them. */
    private static Clip clip(int frames, long number) {
        CounterRandom random = CounterRandom.of(5, "times", number, 0);
        return clip(DoubleStream.generate(() -> random.nextDouble(0, T))
                .limit(frames)
                .sorted()
                .mapToLong(seconds -> (long) (seconds * 1e6)));
    }

    private static Clip clip(LongStream timesUs) {
        Clip.Builder clip =
                Clip.newBuilder().setClipId("v@10000000").setStartUs(START_US).setLengthUs((long) (T * 1e6));
        timesUs.forEach(us -> clip.addFrames(Frame.newBuilder().setPtsUs(START_US + us)));
        return clip.build();
    }

    /** A clip with a frame every millisecond. */
    private static Clip dense() {
        return clip(LongStream.range(0, 2560).map(ms -> ms * 1000 + 500));
    }

    /** Times of the views in seconds from the clip's start. */
    private static double[] times(Scheme scheme, Clip clip, int views, long number) {
        int[] frames = new FrameSampling(scheme, (long) (DELTA * 1e6))
                .draw(clip, views, CounterRandom.of(9, "frames", number, 0));
        return Arrays.stream(frames)
                .mapToDouble(frame -> (clip.getFrames(frame).getPtsUs() - START_US) / 1e6)
                .toArray();
    }

    private static double meanDistance(double[] times) {
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < times.length; i++) {
            for (int j = 0; j < i; j++) {
                sum += Math.abs(times[i] - times[j]);
                pairs++;
            }
        }
        return sum / pairs;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 32})
    void marginalTimesAreIndependentAndUniformHoweverFewFramesAClipHas(int frames) {
        double distances = 0;
        double[] mean = new double[3];
        double[] square = new double[3];
        double product = 0;
        for (int n = 0; n < DRAWS; n++) {
            double[] times = times(Scheme.MARGINAL, clip(frames, n), 3, n);
            distances += meanDistance(times) / DRAWS;
            product += times[0] * times[2] / DRAWS;
            for (int view = 0; view < 3; view++) {
                mean[view] += times[view] / DRAWS;
                square[view] += times[view] * times[view] / DRAWS;
            }
        }
        assertThat(distances).isCloseTo(T / 3, within(0.01));
        assertThat(mean).containsExactly(new double[] {T / 2, T / 2, T / 2}, within(0.02));
        assertThat(square).containsExactly(new double[] {T * T / 3, T * T / 3, T * T / 3}, within(0.06));
        assertThat(product).isCloseTo(T * T / 4, within(0.04));
    }

    @Test
    void chunksHoldOneUniformTimeEach() {
        Clip dense = dense();
        double distances = 0;
        double[] mean = new double[3];
        for (int n = 0; n < DRAWS / 10; n++) {
            double[] times = times(Scheme.CHUNKS, dense, 3, n);
            distances += meanDistance(times) * 10 / DRAWS;
            for (int view = 0; view < 3; view++) {
                assertThat(times[view]).isBetween(view * T / 3 - 0.001, (view + 1) * T / 3 + 0.001);
                mean[view] += times[view] * 10 / DRAWS;
            }
        }
        assertThat(distances).isCloseTo(4 * T / 9, within(0.02));
        assertThat(mean).containsExactly(new double[] {T / 6, T / 2, 5 * T / 6}, within(0.02));
    }

    @Test
    void deltaKeepsItsDistanceAndBeginsAnywhere() {
        Clip dense = dense();
        double first = 0;
        for (int n = 0; n < DRAWS / 10; n++) {
            double[] times = times(Scheme.DELTA, dense, 3, n);
            assertThat(times[1] - times[0]).isCloseTo(DELTA, within(0.0011));
            assertThat(times[2] - times[1]).isCloseTo(DELTA, within(0.0011));
            first += times[0] * 10 / DRAWS;
        }
        assertThat(first).isCloseTo((T - 2 * DELTA) / 2, within(0.03));
    }

    /** What reference.conf says of clips that hold few frames. */
    @Test
    void fewFramesBringViewsCloserTogether() {
        assertThat(shortfall(Scheme.CHUNKS, 8, 4 * T / 9)).isBetween(0.05, 0.08);
        assertThat(shortfall(Scheme.CHUNKS, 32, 4 * T / 9)).isBetween(0.0, 0.01);
        assertThat(shortfall(Scheme.DELTA, 8, 4 * DELTA / 3)).isBetween(0.05, 0.08);
        assertThat(shortfall(Scheme.DELTA, 32, 4 * DELTA / 3)).isBetween(0.0, 0.01);
    }

    private static double shortfall(Scheme scheme, int frames, double wanted) {
        double distances = 0;
        for (int n = 0; n < DRAWS; n++) {
            distances += meanDistance(times(scheme, clip(frames, n), 3, n)) / DRAWS;
        }
        return 1 - distances / wanted;
    }

    @Test
    void sameIsOneFrameForAllViewsAndAnyOfThem() {
        Set<Integer> seen = new HashSet<>();
        for (int n = 0; n < 200; n++) {
            int[] frames = new FrameSampling(Scheme.SAME, 1).draw(clip(4, 0), 2, CounterRandom.of(9, "frames", n, 0));
            assertThat(frames[1]).isEqualTo(frames[0]);
            seen.add(frames[0]);
        }
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource(value = Scheme.class, mode = EnumSource.Mode.EXCLUDE, names = "SAME")
    void viewsShareAFrameOnlyWhereThereAreTooFew(Scheme scheme) {
        for (int n = 0; n < 200; n++) {
            assertThat(times(scheme, clip(4, n), 4 - n % 2, n)).doesNotHaveDuplicates();
            assertThat(times(scheme, clip(2, n), 3, n)).hasSize(3);
            assertThat(times(scheme, clip(1, n), 2, n)).hasSize(2);
        }
    }

    @Test
    void aClipTooShortForTheDistanceIsNamed() {
        FrameSampling sampling = new FrameSampling(Scheme.DELTA, 1_280_001);
        assertThatThrownBy(() -> sampling.draw(clip(8, 0), 3, CounterRandom.of(9, "frames", 0, 0)))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_SETTING))
                .hasMessageContaining("sampling-delta = 1280 ms")
                .hasMessageContaining("v@10000000 of 2560 ms");
    }

    @Test
    void settings() {
        assertThat(List.of(sampling("sampling = marginal"), sampling("sampling = chunks")))
                .containsExactly(
                        new FrameSampling(Scheme.MARGINAL, 640_000), new FrameSampling(Scheme.CHUNKS, 640_000));
        assertThat(sampling("sampling = delta, sampling-delta = 1s"))
                .isEqualTo(new FrameSampling(Scheme.DELTA, 1_000_000));
        assertThatThrownBy(() -> sampling("sampling = uniform"))
                .hasMessageContaining("vito.augment.sampling")
                .hasMessageContaining("one of marginal, same, delta, chunks");
        assertThatThrownBy(() -> sampling("sampling-delta = 0s")).hasMessageContaining("vito.augment.sampling-delta");
    }

    private static FrameSampling sampling(String overrides) {
        return AugmentSettings.from(ConfigFactory.parseString("vito.augment { " + overrides + " }")
                        .withFallback(ConfigFactory.load()))
                .sampling();
    }
}
