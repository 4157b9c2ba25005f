package org.vito.decode.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Time bases are exact, and frames without good times get sane ones. */
class TimeTest {
    @Test
    void ticksBecomeMicrosecondsByRounding() {
        TimeBase ntsc = new TimeBase(1001, 30_000);
        assertThat(ntsc.micros(1)).isEqualTo(33_367);
        assertThat(ntsc.micros(3)).isEqualTo(100_100);
        assertThat(ntsc.micros(-3)).isEqualTo(-100_100);
        assertThat(ntsc.ticks(100_100)).isEqualTo(3);
        assertThatThrownBy(() -> new TimeBase(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void longProductsAreExact() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 2000; i++) {
            TimeBase base = new TimeBase(1 + random.nextInt(100_000), 1 + random.nextInt(1_000_000_000));
            long ticks = random.nextLong() >> (1 + random.nextInt(60));
            BigInteger expected = floor(
                    BigInteger.valueOf(ticks)
                            .multiply(BigInteger.valueOf(base.numerator() * 1_000_000L))
                            .add(BigInteger.valueOf(base.denominator() / 2)),
                    BigInteger.valueOf(base.denominator()));
            if (expected.bitLength() < 64) {
                assertThat(base.micros(ticks)).isEqualTo(expected.longValueExact());
            }
        }
    }

    private static BigInteger floor(BigInteger value, BigInteger divisor) {
        BigInteger[] parts = value.divideAndRemainder(divisor);
        return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    @Test
    void theNearestIsDecidedExactlyAndATieGoesToTheEarlier() {
        TimeBase base = new TimeBase(1, 25);
        assertThat(base.laterIsNearer(0, 1, 20_000)).isFalse();
        assertThat(base.laterIsNearer(0, 1, 20_001)).isTrue();
        TimeBase third = new TimeBase(1, 3);
        assertThat(third.laterIsNearer(0, 1, 166_666)).isFalse(); // the middle is at 166,666.67
        assertThat(third.laterIsNearer(0, 1, 166_667)).isTrue();
        assertThat(third.compare(1, 333_333)).isPositive();
        assertThat(third.compare(1, 333_334)).isNegative();
        assertThat(third.compare(3, 1_000_000)).isZero();
    }

    @Test
    void missingTimesFollowTheFrameBeforeAndBackwardOnesArePassedOver() {
        FrameClock clock = new FrameClock(40);
        assertThat(clock.time(Libav.NO_TIME, 0)).as("nothing to count from").isEqualTo(Libav.NO_TIME);
        assertThat(clock.time(-100, 0)).isEqualTo(-100);
        assertThat(clock.time(Libav.NO_TIME, 0)).isEqualTo(-60);
        assertThat(clock.time(-60, 0)).isEqualTo(Libav.NO_TIME);
        assertThat(clock.time(-70, 0)).isEqualTo(Libav.NO_TIME);
        assertThat(clock.time(0, 15)).isEqualTo(0);
        assertThat(clock.end()).isEqualTo(15);
        assertThat(clock.time(Libav.NO_TIME, 0)).isEqualTo(15);
        clock.reset();
        assertThat(clock.time(-500, 0)).isEqualTo(-500);
    }
}
