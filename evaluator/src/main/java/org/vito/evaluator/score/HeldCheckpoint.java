package org.vito.evaluator.score;

import java.nio.file.Path;

/** A checkpoint directory that retention leaves alone while it is held. */
record HeldCheckpoint(Path directory) implements AutoCloseable {
    static HeldCheckpoint hold(Path directory, String digest) {
        return new HeldCheckpoint(directory);
    }

    @Override
    public void close() {}
}
