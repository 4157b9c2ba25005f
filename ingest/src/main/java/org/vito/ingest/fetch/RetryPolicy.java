package org.vito.ingest.fetch;

import java.time.Duration;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.RetriableException;

/**
 * How often to try, and how long to wait in between: the wait doubles from {@code base} up to {@code most}, and half of it
 * is random, so that many that failed together do not come back together. The same name and attempt give the same wait.
 *
 * @param attempts how often in all, from 1
 * @param base the wait after the first failure
 * @param most the longest wait, also of what a server may ask for
 */
public record RetryPolicy(int attempts, Duration base, Duration most) {
    /** Whether to try again after the failure of attempt number {@code attempt}, from 1. */
    public boolean again(int attempt, Throwable cause) {
        return attempt < attempts && cause instanceof RetriableException;
    }

    /** A wait of half to all of the longest, for {@code name} that has not failed but must come back. */
    public Duration crowded(String name, int attempt) {
        double share = CounterRandom.of(0, "crowded " + name, attempt, 0).nextDouble(0.5, 1);
        return Duration.ofMillis(Math.round((double) most.toMillis() * share));
    }

    /** How long to wait after the failure of attempt number {@code attempt}, from 1, at {@code name}. */
    public Duration pause(String name, int attempt, Throwable cause) {
        if (cause instanceof RetryLaterException later) {
            return later.pause().compareTo(most) < 0 ? later.pause() : most;
        }
        double doubled = (double) base.toMillis() * Math.pow(2, attempt - 1);
        double share = CounterRandom.of(0, "retry " + name, attempt, 0).nextDouble(0.5, 1);
        return Duration.ofMillis(Math.round(Math.min((double) most.toMillis(), doubled) * share));
    }
}
