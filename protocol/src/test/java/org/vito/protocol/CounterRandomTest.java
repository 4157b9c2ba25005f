package org.vito.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.HashSet;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every stream here has a fixed seed, so a test that passes once passes always; the bounds are five standard deviations of
 * what a perfect generator would show.
 */
class CounterRandomTest {
    private static final int MANY = 1 << 20;

    /** The known answers of the authors' library (Random123, kat_vectors, philox 4x32 10). */
    @Test
    void philoxGivesTheAuthorsAnswers() {
        assertThat(philox(0, 0, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(philox(-1, -1, -1, -1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    /** These numbers are part of every run's identity: a run resumed by a later version must draw the same. */
    @Test
    void aStreamKeepsItsNumbersOverVersions() {
        CounterRandom random = CounterRandom.of(42, "3f2a@2560000", 7, 1);
        assertThat(new int[] {random.nextInt(), random.nextInt(), random.nextInt()})
                .containsExactly(-1756686094, 994480159, 783531977);
    }

    @Test
    void sameNamesSameNumbersWhateverElseWasDrawn() {
        CounterRandom first = CounterRandom.of(1, "a", 2, 3);
        CounterRandom.of(1, "b", 2, 3).nextLong();
        CounterRandom second = CounterRandom.of(1, "a", 2, 3);
        for (int i = 0; i < 100; i++) {
            assertThat(second.nextLong()).isEqualTo(first.nextLong());
        }
    }

    @Test
    void neighbouringStreamsNeverCoincide() {
        Set<Long> seen = new HashSet<>();
        int streams = 0;
        for (int clip = 0; clip < 2_000; clip++) {
            for (int epoch = 0; epoch < 10; epoch++) {
                for (int view = 0; view < 5; view++) {
                    seen.add(CounterRandom.of(9, "video@" + clip, epoch, view).nextLong());
                    streams++;
                }
            }
        }
        assertThat(seen).hasSize(streams);
    }

    @Test
    void everyBitAndByteIsUniform() {
        CounterRandom random = CounterRandom.of(3, "uniform", 0, 0);
        long[][] bytes = new long[4][256];
        for (int i = 0; i < MANY; i++) {
            int value = random.nextInt();
            for (int b = 0; b < 4; b++) {
                bytes[b][value >>> (8 * b) & 0xff]++;
            }
        }
        for (long[] counts : bytes) {
            assertUniform(counts);
        }
    }

    @Test
    void successiveNumbersAreIndependent() {
        CounterRandom random = CounterRandom.of(5, "serial", 0, 0);
        long[] pairs = new long[64 * 64];
        int before = random.nextInt() >>> 26;
        for (int i = 0; i < MANY; i++) {
            int now = random.nextInt() >>> 26;
            pairs[before * 64 + now]++;
            before = now;
        }
        assertUniform(pairs);
    }

    @Test
    void streamsThatDifferInOneCharacterAreIndependent() {
        assertIndependent(
                i -> CounterRandom.of(11, "clip" + i + "a", 0, 0), i -> CounterRandom.of(11, "clip" + i + "b", 0, 0));
    }

    @Test
    void successiveClipsAreIndependent() {
        assertIndependent(i -> CounterRandom.of(11, "v@" + i, 0, 0), i -> CounterRandom.of(11, "v@" + (i + 1), 0, 0));
    }

    @Test
    void successiveEpochsAreIndependent() {
        assertIndependent(i -> CounterRandom.of(11, "clip", i, 0), i -> CounterRandom.of(11, "clip", i + 1L, 0));
    }

    @Test
    void viewsOfOneClipAreIndependent() {
        assertIndependent(i -> CounterRandom.of(11, "clip" + i, 4, 0), i -> CounterRandom.of(11, "clip" + i, 4, 1));
        assertIndependent(i -> CounterRandom.of(11, "clip" + i, 4, 1), i -> CounterRandom.of(11, "clip" + i, 4, 2));
    }

    @Test
    void neighbouringSeedsAreIndependent() {
        assertIndependent(i -> CounterRandom.of(i, "clip", 0, 0), i -> CounterRandom.of(i + 1L, "clip", 0, 0));
    }

    /** Multiplying without rejection would give the classes 3/8, 3/8 and 2/8. */
    @Test
    void boundedNumbersAreUnbiasedWhereRejectionMatters() {
        CounterRandom random = CounterRandom.of(13, "bounded", 0, 0);
        long[] classes = new long[3];
        for (int i = 0; i < 300_000; i++) {
            classes[random.nextInt(3 << 29) % 3]++;
        }
        assertUniform(classes);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 10, 1000})
    void boundedNumbersAreUniform(int bound) {
        CounterRandom random = CounterRandom.of(17, "bounded", bound, 0);
        long[] counts = new long[bound];
        for (int i = 0; i < 300_000; i++) {
            counts[random.nextInt(bound)]++;
        }
        if (bound > 1) {
            assertUniform(counts);
        }
    }

    @Test
    void doublesStayInTheirInterval() {
        CounterRandom random = CounterRandom.of(19, "double", 0, 0);
        double sum = 0;
        double sumOfSquares = 0;
        for (int i = 0; i < MANY; i++) {
            double value = random.nextDouble();
            assertThat(value >= 0 && value < 1).isTrue();
            sum += value;
            sumOfSquares += value * value;
            double narrow = random.nextDouble(1, Math.nextUp(1.0));
            assertThat(narrow).isEqualTo(1.0); // rounding must not reach the open end
        }
        assertThat(sum / MANY).isBetween(.5 - 5 / Math.sqrt(12. * MANY), .5 + 5 / Math.sqrt(12. * MANY));
        assertThat(sumOfSquares / MANY).isBetween(1 / 3. - 5 * .2982 / 1024, 1 / 3. + 5 * .2982 / 1024);
        assertThat(random.nextDouble(2, 2)).isEqualTo(2);
        assertThatIllegalArgumentException().isThrownBy(() -> random.nextDouble(2, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> random.nextInt(0));
    }

    @Test
    void gaussiansHaveTheMomentsOfTheNormalDistribution() {
        CounterRandom random = CounterRandom.of(23, "normal", 0, 0);
        double[] moments = new double[5];
        int beyondTwo = 0;
        for (int i = 0; i < MANY; i++) {
            double value = random.nextGaussian();
            for (int m = 1; m <= 4; m++) {
                moments[m] += Math.pow(value, m) / MANY;
            }
            beyondTwo += Math.abs(value) > 2 ? 1 : 0;
        }
        double unit = 5 / Math.sqrt(MANY);
        assertThat(moments[1]).isBetween(-unit, unit);
        assertThat(moments[2]).isBetween(1 - unit * Math.sqrt(2), 1 + unit * Math.sqrt(2));
        assertThat(moments[3]).isBetween(-unit * Math.sqrt(15), unit * Math.sqrt(15));
        assertThat(moments[4]).isBetween(3 - unit * Math.sqrt(96), 3 + unit * Math.sqrt(96));
        assertThat(beyondTwo / (double) MANY).isBetween(.0455003 - unit * .2084, .0455003 + unit * .2084);
    }

    @Test
    void chancesAreKept() {
        CounterRandom random = CounterRandom.of(29, "chance", 0, 0);
        int yes = 0;
        for (int i = 0; i < 100_000; i++) {
            yes += random.nextBoolean(.2) ? 1 : 0;
            assertThat(random.nextBoolean(0)).isFalse();
            assertThat(random.nextBoolean(1)).isTrue();
        }
        assertThat(yes).isBetween(20_000 - 5 * 127, 20_000 + 5 * 127);
    }

    @Test
    void everyPermutationIsAsLikelyAsAnyOther() {
        CounterRandom random = CounterRandom.of(31, "permutation", 0, 0);
        long[] counts = new long[24];
        for (int i = 0; i < 240_000; i++) {
            int[] order = random.permutation(4);
            assertThat(order).containsExactlyInAnyOrder(0, 1, 2, 3);
            counts[rank(order)]++;
        }
        assertUniform(counts);
        assertThat(random.permutation(0)).isEmpty();
    }

    @Test
    void aStreamEndsRatherThanRepeatItself() {
        CounterRandom random = CounterRandom.of(37, "end", 0, 0).atLastBlock();
        for (int i = 0; i < 4; i++) {
            random.nextInt();
        }
        assertThatIllegalStateException().isThrownBy(random::nextInt);
    }

    private static int[] philox(int c0, int c1, int c2, int c3, int k0, int k1) {
        int[] out = new int[4];
        CounterRandom.philox(out, c0, c1, c2, c3, k0, k1);
        return out;
    }

    private static int rank(int[] order) {
        int rank = 0;
        for (int i = 0; i < order.length; i++) {
            int smaller = 0;
            for (int j = i + 1; j < order.length; j++) {
                smaller += order[j] < order[i] ? 1 : 0;
            }
            rank = rank * (order.length - i) + smaller;
        }
        return rank;
    }

    /** The first numbers of two families of streams: joint distribution, correlation and flipped bits. */
    private static void assertIndependent(IntFunction<CounterRandom> left, IntFunction<CounterRandom> right) {
        int n = 100_000;
        long[] joint = new long[32 * 32];
        double correlation = 0;
        long flipped = 0;
        for (int i = 0; i < n; i++) {
            int a = left.apply(i).nextInt();
            int b = right.apply(i).nextInt();
            joint[(a >>> 27) * 32 + (b >>> 27)]++;
            correlation += 12 * (a * 0x1p-32) * (b * 0x1p-32) / n;
            flipped += Integer.bitCount(a ^ b);
        }
        assertUniform(joint);
        assertThat(correlation).isBetween(-5 / Math.sqrt(n), 5 / Math.sqrt(n));
        double ofBits = 5 * Math.sqrt(8. / n);
        assertThat(flipped / (double) n).isBetween(16 - ofBits, 16 + ofBits);
    }

    /** Pearson's test: the statistic has mean k and variance 2k for k degrees of freedom. */
    private static void assertUniform(long[] counts) {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        double expected = (double) total / counts.length;
        assertThat(expected).as("enough draws for the test").isGreaterThan(20);
        double statistic = 0;
        for (long count : counts) {
            statistic += (count - expected) * (count - expected) / expected;
        }
        double freedom = counts.length - 1;
        // Far above, the numbers are uneven; far below, they are more even than chance allows.
        assertThat(statistic)
                .isBetween(Math.max(0, freedom - 5 * Math.sqrt(2 * freedom)), freedom + 8 * Math.sqrt(2 * freedom));
    }
}
