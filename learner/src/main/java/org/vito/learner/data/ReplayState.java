package org.vito.learner.data;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far an epoch has replayed older clips.
 *
 * @param history what may be replayed of each partition
 * @param start the offset of each partition at which this epoch's replay began
 * @param next the offset of each partition to replay next
 * @param turn the partition to replay from next, or the one after it that there is
 * @param wrapped whether the end of the history was reached, so that what lies before {@code start} is replayed
 * @param given clips replayed in this epoch
 * @param fresh fresh clips read in this epoch
 * @param extra clips that may be replayed in this epoch whatever is fresh
 */
record ReplayState(
        SortedMap<Integer, Range> history,
        SortedMap<Integer, Long> start,
        SortedMap<Integer, Long> next,
        int turn,
        boolean wrapped,
        long given,
        long fresh,
        int extra) {
    ReplayState {
        history = Collections.unmodifiableSortedMap(new TreeMap<>(history));
        start = Collections.unmodifiableSortedMap(new TreeMap<>(start));
        next = Collections.unmodifiableSortedMap(new TreeMap<>(next));
    }

    static ReplayState none() {
        return new ReplayState(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), 0, false, 0, 0, 0);
    }

    /** The state at the beginning of {@code plan}, going on where this one left off. */
    ReplayState begin(EpochPlan plan) {
        TreeMap<Integer, Long> from = new TreeMap<>();
        plan.history().forEach((partition, range) -> {
            long cursor = next.getOrDefault(partition, range.from());
            from.put(partition, Math.min(Math.max(cursor, range.from()), range.to()));
        });
        return new ReplayState(plan.history(), from, from, 0, false, 0, 0, plan.replays());
    }
}
