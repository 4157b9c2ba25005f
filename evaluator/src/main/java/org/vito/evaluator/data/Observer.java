package org.vito.evaluator.data;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One who told what is on pictures, a person or a network.
 *
 * @param name e.g. {@code subject-01}
 * @param right of each condition of the experiment, for each picture whether what was told of it is right
 */
public record Observer(String name, SortedMap<String, SortedMap<String, Boolean>> right) {
    public Observer {
        SortedMap<String, SortedMap<String, Boolean>> copy = new TreeMap<>();
        right.forEach((condition, of) -> copy.put(condition, Collections.unmodifiableSortedMap(new TreeMap<>(of))));
        right = Collections.unmodifiableSortedMap(copy);
    }

    /** How many of all pictures it was right about. */
    public long hits() {
        return right.values().stream()
                .map(Map::values)
                .flatMap(java.util.Collection::stream)
                .filter(hit -> hit)
                .count();
    }

    /** How many pictures there were, over all conditions. */
    public int trials() {
        return right.values().stream().mapToInt(Map::size).sum();
    }
}
