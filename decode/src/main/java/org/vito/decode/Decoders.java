package org.vito.decode;

import akka.actor.typed.ActorSystem;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;

/** A pool of child processes that probe and decode videos. Safe to share between roles. */
public interface Decoders extends AutoCloseable {
    /** Starts the pool. Children are started on demand, at most {@code settings} many. */
    static Decoders start(ActorSystem<?> system, DecodeSettings settings) {
        throw new UnsupportedOperationException();
    }

    /**
     * Opens {@code file} in a child process and says what it is. Fails with a {@link org.vito.protocol.VitoException}:
     * NOT_A_VIDEO, EMPTY, UNSUPPORTED_CODEC, DAMAGED_VIDEO, TOO_LARGE, DECODER_CRASHED.
     */
    CompletionStage<VideoInfo> probe(Path file);

    /** Ends every child process and waits for them, at most a few seconds. */
    @Override
    void close();
}
