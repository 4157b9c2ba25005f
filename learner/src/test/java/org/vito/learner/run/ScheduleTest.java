package org.vito.learner.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;

class ScheduleTest {
    private static Schedule schedule(String overrides, int clips) {
        Config config = ConfigFactory.parseString(overrides)
                .withFallback(ConfigFactory.load())
                .resolve();
        return Schedule.from(Settings.at(config, "vito.learner"), clips);
    }

    @Test
    void threeHundredEpochsOfThePaper() {
        Schedule schedule = schedule("", 4096);
        assertThat(schedule.steps()).isEqualTo(93_835);
        assertThat(schedule.warmUpSteps()).isEqualTo(3_127);
        assertThat(schedule.learningRate(0)).isZero();
        assertThat(schedule.learningRate(1000)).isCloseTo(1.535018, within(5e-7));
        assertThat(schedule.learningRate(3127)).isCloseTo(4.8, within(1e-12));
        assertThat(schedule.learningRate(46_917)).isCloseTo(2.529939, within(5e-7));
        assertThat(schedule.learningRate(93_835)).isCloseTo(0, within(1e-12));
        assertThat(schedule("vito.learner.schedule.epochs = 200", 4096).steps()).isEqualTo(62_556);
    }

    @Test
    void movingAverage() {
        Schedule schedule = new Schedule(1000, 0, 1, 0.99);
        assertThat(schedule.emaDecay(0)).isCloseTo(0.99, within(1e-12));
        assertThat(schedule.emaDecay(250)).isCloseTo(0.9914644, within(1e-7));
        assertThat(schedule.emaDecay(500)).isCloseTo(0.995, within(1e-12));
        assertThat(schedule.emaDecay(1000)).isCloseTo(1, within(1e-12));
    }

    @Test
    void stepsMayBeGivenDirectly() {
        Schedule schedule = schedule("vito.learner.schedule { steps = 100, warm-up-steps = 10 }", 32);
        assertThat(schedule.steps()).isEqualTo(100);
        assertThat(schedule.learningRate(5)).isCloseTo(0.3 * 32 / 256 / 2, within(1e-12));
    }

    @Test
    void aWarmUpAsLongAsTheRunIsRefused() {
        assertThatThrownBy(() -> schedule("vito.learner.schedule { steps = 10, warm-up-steps = 10 }", 32))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("vito.learner.schedule.warm-up-steps = 10");
    }
}
