package org.vito.protocol;

import java.util.concurrent.CompletionStage;

/**
 * A role that was started in this process: its streams run and its actors live until it is stopped or fails.
 *
 * <p>Each module that owns a role has a method {@code start} that returns one.
 */
public interface RunningRole {
    /** What a role is doing, in words for a status line. */
    record Status(String role, Health health, String detail) {}

    /** Whether a role does its work. */
    enum Health {
        STARTING,
        UP,
        WAITING,
        STOPPED,
        FAILED
    }

    /** What the role is doing now; never blocks. */
    Status status();

    /** Completes when the role has ended: normally after {@link #stop} or when its work is done, with the cause if it failed. */
    CompletionStage<Void> ended();

    /** Asks the role to finish what it has begun and end; completes as {@link #ended()}. Safe to call twice. */
    CompletionStage<Void> stop();
}
