package org.vito.learner.run;

import org.jspecify.annotations.Nullable;

/** Hears what a {@link TrainingLoop} does, on its thread; must return at once. */
interface LearnerEvents {
    /**
     * A step was done.
     *
     * @param total steps of the run
     * @param clipsPerSecond lately, waiting included
     * @param stalledShare of the wall time lately that was spent waiting for data, 0 … 1
     * @param secondsLeft until the run's end at that rate
     */
    record Progress(
            long step, long total, double loss, double clipsPerSecond, double stalledShare, double secondsLeft) {}

    /** The run's directory was opened as {@code generation}; the network is built and restored. */
    void restoring(long generation);

    /** Training goes on after {@code step} steps. */
    void training(long step, long total);

    /** No batch is at hand because an epoch has only {@code have} of the {@code need} clips it begins with. */
    void waiting(long have, long need);

    /** A checkpoint is being written. */
    void saving(long step);

    /** A checkpoint is durable and announced. */
    void saved(long step);

    /** A checkpoint could not be written; training goes on and the next due save tries again. */
    void notSaved(long step, String reason);

    void progress(Progress progress);

    /** The loop has ended and released everything; {@code failure} if not as intended. */
    void ended(@Nullable Throwable failure);
}
