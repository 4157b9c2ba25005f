package org.vito.decode;

import java.util.Set;

/** Where a decoder process is in its life. */
enum ChildState {
    /** Started, not yet heard of. */
    STARTING,
    /** Waits for a request. */
    READY,
    /** Works on a request. */
    BUSY,
    /** Ended or being ended; nothing follows. */
    KILLED;

    /** Whether {@code next} may follow. */
    boolean mayBecome(ChildState next) {
        return switch (this) {
            case STARTING -> Set.of(READY, KILLED).contains(next);
            case READY -> Set.of(BUSY, KILLED).contains(next);
            case BUSY -> Set.of(READY, KILLED).contains(next);
            case KILLED -> false;
        };
    }

    /** {@code next}, if it may follow. @throws IllegalStateException if not */
    ChildState become(ChildState next) {
        if (!mayBecome(next)) {
            throw new IllegalStateException("a decoder that is " + this + " cannot become " + next);
        }
        return next;
    }
}
