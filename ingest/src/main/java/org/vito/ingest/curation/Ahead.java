package org.vito.ingest.curation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Work in two parts, of which the first, done elsewhere, is begun for a few cases ahead of the second, done in order. */
final class Ahead {
    private static final int CASES = 8; // videos whose frames are in memory or being decoded, 100 of them some 2 MB

    private Ahead() {}

    /**
     * What comes of each of {@code cases}, in order.
     *
     * @param begin begins the first part of a case; what it gives waits for that and does the second
     */
    static <T, R> List<R> inOrder(List<T> cases, Function<T, Supplier<R>> begin) {
        List<R> results = new ArrayList<>(cases.size());
        Deque<Supplier<R>> begun = new ArrayDeque<>();
        for (T one : cases) {
            begun.add(begin.apply(one));
            if (begun.size() > CASES) {
                results.add(begun.remove().get());
            }
        }
        begun.forEach(last -> results.add(last.get()));
        return results;
    }
}
