package org.vito.evaluator.score;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/** A verified checkpoint directory that retention leaves alone while it is held. */
final class HeldCheckpoint implements AutoCloseable {
    private static final Duration RENEWAL = Duration.ofSeconds(30);

    private final Path directory;
    private final String reader;
    private final InstantSource clock;
    private Instant renewed;

    private HeldCheckpoint(Path directory, String reader, InstantSource clock) {
        this.directory = directory;
        this.reader = reader;
        this.clock = clock;
        renewed = clock.instant();
    }

    /**
     * Pins the checkpoint, then verifies every file.
     *
     * @param digest that its manifest was announced with
     * @param reader letters, digits, '.', '_' and '-'; no other reader's
     * @throws VitoException DAMAGED_CHECKPOINT if a file is missing or another, NOT_FOUND if the directory is gone
     * @throws RetriableException STORAGE if it cannot be read now
     */
    static HeldCheckpoint hold(Path directory, String digest, String reader, InstantSource clock) {
        try {
            Checkpoints.pin(directory, reader, clock.instant());
        } catch (VitoException e) {
            throw retriable(e);
        }
        HeldCheckpoint held = new HeldCheckpoint(directory, reader, clock);
        try {
            String found = Checkpoints.verify(directory).digest();
            if (!found.equals(digest)) {
                throw new VitoException(
                        Reason.DAMAGED_CHECKPOINT,
                        "%s has a manifest of digest %s; %s was announced".formatted(directory, found, digest));
            }
            return held;
        } catch (VitoException e) {
            held.close();
            throw retriable(e);
        }
    }

    private static VitoException retriable(VitoException e) {
        return e.reason() == Reason.STORAGE
                ? new RetriableException(Reason.STORAGE, String.valueOf(e.getMessage()), e)
                : e;
    }

    Path directory() {
        return directory;
    }

    /** Says that it is still being read; cheap, so to be called often. */
    void renew() {
        Instant now = clock.instant();
        if (now.isAfter(renewed.plus(RENEWAL))) {
            Checkpoints.pin(directory, reader, now);
            renewed = now;
        }
    }

    @Override
    public void close() {
        Checkpoints.unpin(directory, reader);
    }
}
