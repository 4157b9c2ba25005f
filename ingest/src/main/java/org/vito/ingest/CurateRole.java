package org.vito.ingest;

import akka.actor.typed.ActorSystem;
import org.vito.decode.Decoders;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;

/** The role that decides which stored videos belong to the training set. */
public final class CurateRole {
    private CurateRole() {}

    /** Starts the stream from stored to curated videos. {@code decoders} is not closed by the role. */
    public static RunningRole start(
            ActorSystem<?> system, IngestSettings settings, Decoders decoders, Platform platform) {
        throw new UnsupportedOperationException();
    }
}
