package org.vito.ingest.curation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Work in two parts, of which the first, done elsewhere, is begun for a few cases ahead of the second, done in order. */
final class Ahead {
    private static final int CASES = 8; // videos whose frames are decoded meanwhile or in memory, 100 of them some 2 MB

    private Ahead() {}

    /**
     * What comes of each of {@code cases}, in order.
     *
     * @param begin begins the first part of a case; what it gives waits for that and does the second
     */
    static <T, R> List<R> inOrder(List<T> cases, Function<T, Supplier<R>> begin) {
        return inGroups(cases, 1, begin, begun -> List.of(begun.get(0).get()));
    }

    /**
     * What comes of each of {@code cases}, in order, the second part being done for several at a time.
     *
     * @param group how many at a time
     * @param begin begins the first part of a case
     * @param finish waits for the first parts of at most {@code group} cases and does their second
     */
    static <T, P, R> List<R> inGroups(
            List<T> cases, int group, Function<T, P> begin, Function<List<P>, List<R>> finish) {
        List<R> results = new ArrayList<>(cases.size());
        List<P> begun = new ArrayList<>();
        for (T one : cases) {
            begun.add(begin.apply(one));
            if (begun.size() >= CASES + group) {
                results.addAll(finish.apply(next(begun, group)));
            }
        }
        while (!begun.isEmpty()) {
            results.addAll(finish.apply(next(begun, group)));
        }
        return results;
    }

    private static <P> List<P> next(List<P> begun, int group) {
        List<P> first = begun.subList(0, Math.min(group, begun.size()));
        List<P> taken = List.copyOf(first);
        first.clear();
        return taken;
    }
}
