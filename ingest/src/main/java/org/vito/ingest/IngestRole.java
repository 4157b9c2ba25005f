package org.vito.ingest;

import akka.actor.typed.ActorSystem;
import org.vito.decode.Decoders;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;

/** The role that finds, fetches, stores and probes videos. */
public final class IngestRole {
    private IngestRole() {}

    /** Starts the sources and the stream over submissions. {@code decoders} is not closed by the role. */
    public static RunningRole start(
            ActorSystem<?> system, IngestSettings settings, Decoders decoders, Platform platform) {
        throw new UnsupportedOperationException();
    }
}
