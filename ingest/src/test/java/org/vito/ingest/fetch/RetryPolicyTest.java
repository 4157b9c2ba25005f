package org.vito.ingest.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

class RetryPolicyTest {
    private static final RetryPolicy POLICY = new RetryPolicy(4, Duration.ofSeconds(1), Duration.ofSeconds(3));
    private final RetriableException passing = new RetriableException(Reason.UNREACHABLE, "away");

    @Test
    void pausesDoubleUpToTheLongestAndAreHalfRandom() {
        assertThat(POLICY.pause("a", 1, passing).toMillis()).isBetween(500L, 1000L);
        assertThat(POLICY.pause("a", 2, passing).toMillis()).isBetween(1000L, 2000L);
        assertThat(POLICY.pause("a", 3, passing).toMillis()).isBetween(1500L, 3000L);
        assertThat(POLICY.pause("a", 60, passing).toMillis()).isBetween(1500L, 3000L);
        assertThat(POLICY.pause("a", 2, passing)).isEqualTo(POLICY.pause("a", 2, passing));
        assertThat(POLICY.pause("a", 2, passing)).isNotEqualTo(POLICY.pause("b", 2, passing));
    }

    @Test
    void whatAServerAsksForIsGrantedUpToTheLongest() {
        assertThat(POLICY.pause("a", 1, new RetryLaterException("busy", Duration.ofSeconds(2))))
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(POLICY.pause("a", 1, new RetryLaterException("busy", Duration.ofHours(2))))
                .isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void onlyWhatMayPassIsTriedAgainAndNotForEver() {
        assertThat(POLICY.again(3, passing)).isTrue();
        assertThat(POLICY.again(4, passing)).isFalse();
        assertThat(POLICY.again(1, new VitoException(Reason.NOT_FOUND, "gone"))).isFalse();
        assertThat(POLICY.again(1, new IllegalStateException())).isFalse();
    }
}
