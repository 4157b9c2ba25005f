package org.vito.learner.run;

import java.util.EnumSet;
import java.util.Set;
import org.vito.protocol.RunningRole.Health;

/** Where a learner is in its life, and what may follow. */
public enum LearnerState {
    /** Opens the run's directory and fences learners of older generations. Also the state before a restart. */
    STARTING(Health.STARTING),
    /** Builds the network and reads the newest checkpoint. */
    RESTORING(Health.STARTING),
    /** Steps follow each other. */
    TRAINING(Health.UP),
    /** Too few clips are there for the next batch. */
    WAITING(Health.WAITING),
    /** Writes a checkpoint. */
    SAVING(Health.UP),
    /** Ended: asked to, or because the schedule or the data came to its end. */
    STOPPED(Health.STOPPED),
    /** Ended: by an error. */
    HALTED(Health.FAILED);

    private final Health health;

    LearnerState(Health health) {
        this.health = health;
    }

    /** What a role in this state shows. */
    public Health health() {
        return health;
    }

    /** Whether a learner in this state will do nothing any more. */
    public boolean isEnd() {
        return this == STOPPED || this == HALTED;
    }

    /** The states that may come next. */
    public Set<LearnerState> next() {
        return switch (this) {
            case STARTING -> EnumSet.of(RESTORING, STARTING, STOPPED, HALTED);
            case RESTORING -> EnumSet.of(TRAINING, SAVING, STARTING, STOPPED, HALTED);
            case TRAINING -> EnumSet.of(WAITING, SAVING, STARTING, STOPPED, HALTED);
            case WAITING -> EnumSet.of(TRAINING, SAVING, STARTING, STOPPED, HALTED);
            case SAVING -> EnumSet.of(TRAINING, STARTING, STOPPED, HALTED);
            case STOPPED, HALTED -> EnumSet.noneOf(LearnerState.class);
        };
    }

    /**
     * The move to {@code next}.
     *
     * @throws IllegalStateException if it is not among {@link #next}
     */
    public LearnerState to(LearnerState next) {
        if (!next().contains(next)) {
            throw new IllegalStateException("a learner cannot go from " + this + " to " + next);
        }
        return next;
    }
}
