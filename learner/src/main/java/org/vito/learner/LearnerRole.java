package org.vito.learner;

import akka.actor.typed.ActorSystem;
import org.vito.augment.AugmentSettings;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;

/** The role that trains on clips and announces checkpoints. */
public final class LearnerRole {
    private LearnerRole() {}

    /** Resumes the configured run from its newest durable checkpoint, or begins it, and trains until stopped or done. */
    public static RunningRole start(
            ActorSystem<?> system, LearnerSettings settings, AugmentSettings augment, Platform platform) {
        throw new UnsupportedOperationException();
    }
}
