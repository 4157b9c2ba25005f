package org.vito.ingest.fetch;

import java.time.Duration;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/** A server asked to be left alone for a while. */
public final class RetryLaterException extends RetriableException {
    private static final long serialVersionUID = 1L;

    private final Duration pause;

    RetryLaterException(String message, Duration pause) {
        super(Reason.UNREACHABLE, message);
        this.pause = pause;
    }

    /** How long it asked for; never negative. */
    public Duration pause() {
        return pause;
    }
}
