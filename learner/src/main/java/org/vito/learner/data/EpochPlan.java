package org.vito.learner.data;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an epoch consists of, decided once, when it begins.
 *
 * @param number of the epoch, from 1
 * @param batch number of the batch with whose composition it began
 * @param fresh what it reads of each partition, every clip once
 * @param history what clips may be replayed from, all of it before {@code fresh}; empty where nothing is replayed
 * @param replays clips replayed whatever is fresh; those that the replay ratio adds are not among them
 */
public record EpochPlan(
        long number, long batch, SortedMap<Integer, Range> fresh, SortedMap<Integer, Range> history, int replays) {
    public EpochPlan {
        fresh = Collections.unmodifiableSortedMap(new TreeMap<>(fresh));
        history = Collections.unmodifiableSortedMap(new TreeMap<>(history));
    }
}
