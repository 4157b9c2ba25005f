package org.vito.tests;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits for what will be true, but not for ever. */
final class Patience {
    private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

    private Patience() {}

    /** Something that is there or not yet. */
    interface Look<T> {
        @Nullable
        T now() throws Exception;
    }

    /**
     * Looks until there is something.
     *
     * @throws AssertionError if there is nothing after {@code most}
     */
    static <T> T until(String what, Duration most, Look<T> look) throws Exception {
        long limit = System.nanoTime() + most.toNanos();
        while (true) {
            T found = look.now();
            if (found != null) {
                return found;
            }
            if (System.nanoTime() > limit) {
                throw new AssertionError("not in " + most.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
