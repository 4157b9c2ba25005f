package org.vito.ingest;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Objects that no stream of this process may delete: those being worked on, and those whose record was written lately and
 * may not be committed yet. Safe to use from any thread.
 */
final class HeldObjects {
    private static final int RECENT = 8192; // far more than the transactions under way hold

    private final Map<String, Integer> held = new HashMap<>();
    private final Map<String, Boolean> recorded = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > RECENT;
        }
    };

    /** Says that the object is being worked on. */
    synchronized void hold(String sha256) {
        held.merge(sha256, 1, Integer::sum);
    }

    /** Takes back one {@link #hold}. */
    synchronized void release(String sha256) {
        held.computeIfPresent(sha256, (id, count) -> count == 1 ? null : count - 1);
    }

    /** Whether the object is worked on, or was lately recorded. */
    synchronized boolean contains(String sha256) {
        return held.containsKey(sha256) || recorded.containsKey(sha256);
    }

    /** Says that a record of the object is about to be committed. */
    synchronized void recorded(String sha256) {
        recorded.put(sha256, true);
    }

    /** Runs {@code delete} unless the object is being worked on; nobody can hold it meanwhile. @return what it answers, or false */
    synchronized boolean unlessInWork(String sha256, BooleanSupplier delete) {
        return !held.containsKey(sha256) && delete.getAsBoolean();
    }

    /** Runs {@code delete} unless the object is held; nobody can hold it meanwhile. */
    synchronized void unlessHeld(String sha256, Runnable delete) {
        if (!held.containsKey(sha256) && !recorded.containsKey(sha256)) {
            delete.run();
        }
    }
}
