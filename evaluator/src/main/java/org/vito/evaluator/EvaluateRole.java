package org.vito.evaluator;

import akka.actor.typed.ActorSystem;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;

/** The role that scores every announced checkpoint. */
public final class EvaluateRole {
    private EvaluateRole() {}

    /** Starts the coordinator and its evaluators. */
    public static RunningRole start(ActorSystem<?> system, EvaluatorSettings settings, Platform platform) {
        throw new UnsupportedOperationException();
    }
}
