package org.vito.learner.run;

import java.time.Duration;
import org.vito.learner.checkpoint.CheckpointSettings;
import org.vito.learner.checkpoint.Identity;
import org.vito.learner.data.OrderSettings;
import org.vito.protocol.Settings;

/**
 * Settings of a run.
 *
 * @param run its name
 * @param seed of everything random
 * @param order what decides the order of clips
 * @param schedule length of the run and what changes over it
 * @param checkpoint when checkpoints are made and kept
 * @param prefetch batches made ahead of the step that runs
 * @param threads that make views
 * @param restarts failures in a row that may pass and are answered by a restart
 * @param restartAfter wait before the first restart, doubled for each further one
 * @param identity the settings that decide what is learned
 */
public record RunSettings(
        String run,
        long seed,
        OrderSettings order,
        Schedule schedule,
        CheckpointSettings checkpoint,
        int prefetch,
        int threads,
        int restarts,
        Duration restartAfter,
        Identity identity) {
    /** Reads and checks {@code vito.learner} for batches of {@code clips} clips. */
    public static RunSettings from(Settings learner, int clips, Identity identity) {
        String run = learner.text("run");
        learner.check("run", run.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}"), "letters, digits, '.', '_' and '-'");
        long seed = learner.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE);
        int threads = learner.in("feed").whole("threads", 0, 1024);
        return new RunSettings(
                run,
                seed,
                OrderSettings.from(learner, seed, clips),
                Schedule.from(learner, clips),
                CheckpointSettings.from(learner),
                learner.in("feed").whole("prefetch", 1, 16),
                threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() - 1),
                learner.in("restart").whole("attempts", 0, 1000),
                learner.in("restart").duration("after"),
                identity);
    }
}
