package org.vito.decode;

import akka.actor.typed.ActorSystem;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;

/** The role that turns curated videos into segments and segments into clips. */
public final class DecodeRole {
    private DecodeRole() {}

    /** Starts both streams. {@code decoders} is not closed by the role. */
    public static RunningRole start(
            ActorSystem<?> system, DecodeSettings settings, Decoders decoders, Platform platform) {
        throw new UnsupportedOperationException();
    }
}
