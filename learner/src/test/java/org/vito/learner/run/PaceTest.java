package org.vito.learner.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MS = 1_000_000;

    private final Pace pace = new Pace(8);
    private long now = 5_000 * MS;

    private void steps(int count, long waitMs, long stepMs, long otherMs) {
        for (int i = 0; i < count; i++) {
            long waited = now + otherMs * MS;
            long computed = waited + waitMs * MS;
            now = computed + stepMs * MS;
            pace.step(waited, computed, now);
        }
    }

    @Test
    void beforeTheFirstStepNothingIsKnown() {
        pace.begin(now);
        assertThat(pace.stalledShare()).isZero();
        assertThat(pace.clipsPerSecond()).isZero();
        assertThat(pace.secondsFor(10)).isNaN();
    }

    @Test
    void theShareIsOfAllTheTimeThatPasses() {
        pace.begin(now);
        steps(1, 30, 60, 10);
        assertThat(pace.stalledShare()).isEqualTo(0.3, within(1e-12));
        assertThat(pace.stepMs()).isEqualTo(60, within(1e-9));
        assertThat(pace.clipsPerSecond()).isEqualTo(80, within(1e-9));
        assertThat(pace.secondsFor(50)).isEqualTo(5, within(1e-9));
    }

    @Test
    void theAverageFollowsTheLastSteps() {
        pace.begin(now);
        steps(100, 0, 100, 0);
        assertThat(pace.stalledShare()).isZero();
        steps(1, 100, 100, 0);
        assertThat(pace.stalledShare()).isEqualTo(10.0 / 110, within(1e-9));
        steps(60, 300, 100, 0);
        assertThat(pace.stalledShare()).isEqualTo(0.75, within(0.01));
        steps(60, 0, 100, 0);
        assertThat(pace.stalledShare()).isLessThan(0.01);
    }

    @Test
    void aPauseBetweenTwoGenerationsOfALoopDoesNotCount() {
        pace.begin(now);
        steps(1, 0, 100, 0);
        now += 60_000 * MS;
        pace.begin(now);
        steps(1, 100, 0, 0);
        assertThat(pace.clipsPerSecond()).isEqualTo(80, within(1e-9));
    }
}
