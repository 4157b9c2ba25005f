package org.vito.learner.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
        Schedule schedule = schedule("vito.learner.schedule { steps = 1000, warm-up-steps = 0 }", 256);
        assertThat(schedule.emaDecay(0)).isCloseTo(0.99, within(1e-12));
        assertThat(schedule.emaDecay(250)).isCloseTo(0.9914644, within(1e-7));
        assertThat(schedule.emaDecay(500)).isCloseTo(0.995, within(1e-12));
        assertThat(schedule.emaDecay(1000)).isCloseTo(1, within(1e-12));
    }

    private static Schedule twoAfterAHundredOfAThousandSteps(String more) {
        return schedule(
                "vito.learner.schedule { steps = 1000, warm-up-steps = 100, base-learning-rate = 2, " + more + " }",
                256);
    }

    @Test
    void constantsStayAsTheyAre() {
        Schedule schedule =
                twoAfterAHundredOfAThousandSteps("decay = constant, ema = constant, base-ema-decay = 0.996");
        assertThat(schedule.learningRate(50)).isEqualTo(1);
        assertThat(schedule.learningRate(100)).isEqualTo(2);
        assertThat(schedule.learningRate(1000)).isEqualTo(2);
        assertThat(schedule.emaDecay(0)).isEqualTo(0.996);
        assertThat(schedule.emaDecay(1000)).isEqualTo(0.996);
    }

    @Test
    void polynomial() {
        Schedule schedule = twoAfterAHundredOfAThousandSteps("decay = polynomial");
        assertThat(schedule.learningRate(50)).isEqualTo(1);
        assertThat(schedule.learningRate(100)).isEqualTo(2);
        assertThat(schedule.learningRate(550)).isCloseTo(1.0717734625, within(1e-9));
        assertThat(schedule.learningRate(1000)).isZero();
        Schedule linear = twoAfterAHundredOfAThousandSteps("decay = polynomial, power = 1, last-learning-rate = 0.1");
        assertThat(linear.learningRate(550)).isCloseTo(1.1, within(1e-12));
        assertThat(linear.learningRate(2000)).isCloseTo(0.2, within(1e-12));
    }

    @Test
    void cosineMayEndAboveZero() {
        Schedule schedule = twoAfterAHundredOfAThousandSteps("last-learning-rate = 0.1");
        assertThat(schedule.learningRate(100)).isCloseTo(2, within(1e-12));
        assertThat(schedule.learningRate(550)).isCloseTo(1.1, within(1e-12));
        assertThat(schedule.learningRate(1000)).isCloseTo(0.2, within(1e-12));
    }

    @Test
    void multiStepFallsAtSharesOfTheRunOrSteps() {
        for (String milestones : new String[] {"[0.7, 0.9]", "[700, 900]", "[0.7, 900]"}) {
            Schedule schedule = twoAfterAHundredOfAThousandSteps("decay = multi-step, milestones = " + milestones);
            assertThat(schedule.learningRate(50)).isEqualTo(1);
            assertThat(schedule.learningRate(699)).isEqualTo(2);
            assertThat(schedule.learningRate(700)).isCloseTo(0.2, within(1e-12));
            assertThat(schedule.learningRate(899)).isCloseTo(0.2, within(1e-12));
            assertThat(schedule.learningRate(900)).isCloseTo(0.02, within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[0.9, 0.7]", "[0.7, 0.7]", "[0]", "[700, 1000]", "[700.5]", "[-1]"})
    void milestonesThatAreNoneAreRefused(String milestones) {
        assertThatThrownBy(() -> twoAfterAHundredOfAThousandSteps("decay = multi-step, milestones = " + milestones))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("vito.learner.schedule.milestones")
                .hasMessageContaining("below 1000");
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
