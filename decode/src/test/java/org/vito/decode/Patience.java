package org.vito.decode;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what will be so soon. */
final class Patience {
    private Patience() {}

    /** Returns the first non-null value of {@code wanted}; fails after {@code most}. */
    static <T> T await(String what, Duration most, Callable<T> wanted) throws Exception {
        long deadline = System.nanoTime() + most.toNanos();
        while (System.nanoTime() < deadline) {
            T value = wanted.call();
            if (value != null) {
                return value;
            }
            LockSupport.parkNanos(5_000_000);
        }
        throw new AssertionError("not within " + most + ": " + what);
    }

    static void until(String what, Duration most, Callable<Boolean> condition) throws Exception {
        await(what, most, () -> condition.call() ? true : null);
    }
}
