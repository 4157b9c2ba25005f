package org.vito.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StagesTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Stages stages = new Stages(registry);

    @Test
    void aMeterCountsForThePageAndForPrometheus() {
        StageMeter meter = stages.meter("decode", "clips", "group", "topic");
        AtomicLong fill = new AtomicLong(3);
        meter.passed(5);
        assertThat(meter.pass("item")).isEqualTo("item");
        meter.failed();
        meter.queue(fill::get, 8);
        meter.lag(() -> 12);
        fill.set(4);

        assertThat(meter.passed()).isEqualTo(6);
        assertThat(meter.failedCount()).isEqualTo(1);
        assertThat(meter.queued()).isEqualTo(4);
        assertThat(meter.capacity()).isEqualTo(8);
        assertThat(meter.lag()).isEqualTo(12);
        assertThat(registry.get("vito.stage.passed")
                        .tag("stage", "decode")
                        .tag("unit", "clips")
                        .counter()
                        .count())
                .isEqualTo(6);
        assertThat(registry.get("vito.stage.failed").counter().count()).isEqualTo(1);
        assertThat(registry.get("vito.stage.queued").gauge().value()).isEqualTo(4);
        assertThat(registry.get("vito.stage.capacity").gauge().value()).isEqualTo(8);
        assertThat(registry.get("vito.stage.lag").gauge().value()).isEqualTo(12);
    }

    @Test
    void aStageHasOneMeter() {
        StageMeter meter = stages.meter("learn", "steps", "", "");
        assertThat(stages.meter("learn", "steps", "", "")).isSameAs(meter);
        assertThat(stages.all()).containsExactly(meter);
        assertThat(meter.lag()).as("not known").isEqualTo(-1);
        assertThatIllegalStateException()
                .isThrownBy(() -> stages.meter("learn", "views", "", ""))
                .withMessageContaining("steps");
    }

    @Test
    void aRateFollowsWhatPassesAndForgets() {
        StageReporter.Rate rate = new StageReporter.Rate();
        assertThat(rate.update(1_000, 0)).as("what passed before is no rate").isZero();
        double perSecond = 0;
        long nanos = 0;
        long total = 1_000;
        for (int tick = 0; tick < 30; tick++) {
            long seconds = 1L + tick % 3; // ticks come when they come
            nanos += seconds * 1_000_000_000;
            total += 40 * seconds;
            perSecond = rate.update(total, nanos);
        }
        assertThat(perSecond).isCloseTo(40, within(.1));
        assertThat(rate.update(total, nanos)).as("no time, no news").isEqualTo(perSecond);
        assertThat(rate.update(total, nanos + 100_000_000_000L)).isZero();
    }

    @Test
    void memoryOfTheProcessIsKnownOnLinux() {
        if (System.getProperty("os.name", "").startsWith("Linux")) {
            assertThat(StageReporter.residentBytes()).isBetween(20L << 20, 100L << 30);
        } else {
            assertThat(StageReporter.residentBytes()).isZero();
        }
    }
}
