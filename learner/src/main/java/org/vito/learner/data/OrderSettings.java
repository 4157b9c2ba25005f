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
 * @param minimum least number of clips with which an epoch begins
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
        int capacity,
        long memoryBytes,
        Duration lookAgainAfter,
        Duration lookAgainWithin,
        Duration readTimeout) {
    /** What an epoch, a pass over the data, consists of. */
    public enum Mode {
        /** Everything that is in the topic when the epoch begins. */
        REPLAY,
        /** Only what arrived since the epoch before. */
        FOLLOW,
        /** What was in the topic when the run began, a fixed number of times. */
        EPOCHS
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
        return new OrderSettings(
                seed,
                clips,
                data.choice("mode", Mode.class),
                data.whole("passes", 1, Integer.MAX_VALUE),
                minimum == 0 ? clips : minimum,
                shuffle.whole("capacity", 1, 1 << 22),
                shuffle.bytes("memory", 1 << 20),
                first,
                longest,
                data.duration("read-timeout"));
    }
}
