package org.vito.learner.run;

import java.time.Duration;
import org.vito.learner.checkpoint.CheckpointSettings;
import org.vito.learner.checkpoint.Identity;
import org.vito.learner.data.OrderSettings;
import org.vito.learner.group.GroupSettings;
import org.vito.protocol.Settings;

/**
 * Settings of a run.
 *
 * @param run its name
 * @param seed of everything random
 * @param order what decides the order of clips
 * @param schedule length of the run and what changes over it
 * @param checkpoint when checkpoints are made and kept
 * @param restarts failures in a row that may pass and are answered by a restart
 * @param restartAfter wait before the first restart, doubled for each further one
 * @param group the learners that train the run together
 * @param identity the settings that decide what is learned
 */
public record RunSettings(
        String run,
        long seed,
        OrderSettings order,
        Schedule schedule,
        CheckpointSettings checkpoint,
        int restarts,
        Duration restartAfter,
        GroupSettings group,
        Identity identity) {
    /** Reads and checks {@code vito.learner} for batches of {@code clips} clips. */
    public static RunSettings from(Settings learner, int clips, Identity identity) {
        String run = learner.text("run");
        learner.check("run", run.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}"), "letters, digits, '.', '_' and '-'");
        long seed = learner.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE);
        return new RunSettings(
                run,
                seed,
                OrderSettings.from(learner, seed, clips),
                Schedule.from(learner, clips),
                CheckpointSettings.from(learner),
                learner.in("restart").whole("attempts", 0, 1000),
                learner.in("restart").duration("after"),
                GroupSettings.from(learner),
                identity);
    }

    /** What all learners of the run must have in common. */
    String agreement() {
        return "run " + run + ", settings " + identity.digest();
    }
}
