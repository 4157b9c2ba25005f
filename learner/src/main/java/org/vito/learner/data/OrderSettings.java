package org.vito.learner.data;

import java.time.Duration;
import org.vito.protocol.Settings;

/**
 * What decides the order of clips, and how patiently they are read.
 *
 * @param seed the run's seed
 * @param clips clips of a batch
 * @param mode what an epoch consists of
 * @param passes number of epochs in mode {@link Mode#EPOCHS}
 * @param minimum least number of fresh clips with which an epoch begins
 * @param replayRatio older clips replayed for each fresh one in mode {@link Mode#FOLLOW}
 * @param whenDrained what mode {@link Mode#FOLLOW} does while there are too few fresh clips
 * @param capacity most clips in the shuffle buffer
 * @param memoryBytes the shuffle buffer takes no more clips while it holds this much
 * @param lookAgainAfter first wait for new clips
 * @param lookAgainWithin longest wait for new clips
 * @param readTimeout longest wait for a record that exists
 */
public record OrderSettings(
        long seed,
        int clips,
        Mode mode,
        int passes,
        int minimum,
        double replayRatio,
        Drained whenDrained,
        int capacity,
        long memoryBytes,
        Duration lookAgainAfter,
        Duration lookAgainWithin,
        Duration readTimeout) {
    /** What an epoch, a pass over the data, consists of. */
    public enum Mode {
        /** Everything that is in the topic when the epoch begins. */
        REPLAY,
        /** What arrived since the epoch before, and of what was there before so many clips as the replay ratio says. */
        FOLLOW,
        /** What was in the topic when the run began, a fixed number of times. */
        EPOCHS
    }

    /** What is done while there are too few fresh clips for an epoch. */
    public enum Drained {
        /** Nothing until they have come. */
        WAIT,
        /** An epoch of older clips, as many as the shuffle buffer holds; then it looks again. */
        REPLAY
    }

    /** Whether clips from before an epoch are read beside it. */
    public boolean replays() {
        return mode == Mode.FOLLOW && (replayRatio > 0 || whenDrained == Drained.REPLAY);
    }

    /** Reads and checks {@code data} and {@code shuffle} of {@code vito.learner}. */
    public static OrderSettings from(Settings learner, long seed, int clips) {
        Settings data = learner.in("data");
        Settings shuffle = learner.in("shuffle");
        int minimum = data.whole("minimum", 0, Integer.MAX_VALUE);
        Duration first = data.duration("look-again-after");
        Duration longest = data.duration("look-again-within");
        data.check("look-again-after", first.toMillis() > 0, "at least 1ms");
        data.check("look-again-within", longest.compareTo(first) >= 0, "at least look-again-after");
        Mode mode = data.choice("mode", Mode.class);
        double ratio = data.number("replay-ratio", 0, 1000);
        data.check("replay-ratio", ratio == 0 || mode == Mode.FOLLOW, "0 unless data.mode is follow");
        return new OrderSettings(
                seed,
                clips,
                mode,
                data.whole("passes", 1, Integer.MAX_VALUE),
                minimum == 0 ? clips : minimum,
                ratio,
                data.choice("when-drained", Drained.class),
                shuffle.whole("capacity", 1, 1 << 22),
                shuffle.bytes("memory", 1 << 20),
                first,
                longest,
                data.duration("read-timeout"));
    }
}
