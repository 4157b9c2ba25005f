package org.vito.evaluator;

import akka.actor.typed.ActorSystem;
import java.net.URI;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;

/** The role that serves the live page. */
public final class DashboardRole {
    private DashboardRole() {}

    /** A dashboard that listens. */
    public interface Running extends RunningRole {
        /** Where the page is. */
        URI address();
    }

    /** Starts the score board and the server; returns when it listens. */
    public static Running start(ActorSystem<?> system, DashboardSettings settings, Platform platform) {
        throw new UnsupportedOperationException();
    }
}
