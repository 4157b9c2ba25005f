package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;
import org.vito.decode.DecodeSettings;
import org.vito.decode.Decoders;

/** The one pool of decoding children that all roles of a process use; started when the first of them asks. */
final class SharedDecoders implements AutoCloseable {
    private final DecodeSettings settings;
    private @Nullable Decoders started;

    SharedDecoders(DecodeSettings settings) {
        this.settings = settings;
    }

    synchronized Decoders get(ActorSystem<?> system) {
        Decoders decoders = started;
        if (decoders == null) {
            decoders = Decoders.start(system, settings);
            started = decoders;
        }
        return decoders;
    }

    @Override
    public synchronized void close() {
        if (started != null) {
            started.close();
            started = null;
        }
    }
}
