package org.vito.learner.checkpoint;

import java.time.Duration;
import org.vito.protocol.Settings;

/**
 * When checkpoints are made and how long they are kept.
 *
 * @param everySteps a checkpoint after this many steps; 0 = not by steps
 * @param every a checkpoint after this much time; zero = not by time
 * @param attempts failed saves in a row after which the learner halts, at least 1
 * @param keep the newest ones kept
 * @param keepEvery multiples of this step are kept for ever; 0 = none
 * @param pinLimit a pin older than this no longer counts
 */
public record CheckpointSettings(
        long everySteps, Duration every, int attempts, int keep, long keepEvery, Duration pinLimit) {
    /** Reads and checks {@code vito.learner.checkpoint}. */
    public static CheckpointSettings from(Settings learner) {
        Settings checkpoint = learner.in("checkpoint");
        return new CheckpointSettings(
                checkpoint.whole("every-steps", 0L, Long.MAX_VALUE),
                checkpoint.duration("every"),
                checkpoint.whole("attempts", 1, 1000),
                checkpoint.whole("keep", 1, 1 << 20),
                checkpoint.whole("keep-every", 0L, Long.MAX_VALUE),
                checkpoint.duration("pin-limit"));
    }
}
