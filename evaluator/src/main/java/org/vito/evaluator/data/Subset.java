package org.vito.evaluator.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vito.protocol.CounterRandom;

/** Chooses a part of a set: as many of each class as there are, the same ones every time. */
final class Subset {
    private static final long SEED = 0;

    private Subset() {}

    /**
     * Indices of at most {@code limit} images, ascending. The classes are asked in turn, so their counts differ by one at
     * most unless a class runs out.
     *
     * @param labels class of each image, 0 … classes-1
     * @param limit 0 = all
     */
    static int[] choose(int[] labels, int classes, int limit) {
        if (limit <= 0 || limit >= labels.length) {
            return java.util.stream.IntStream.range(0, labels.length).toArray();
        }
        List<int[]> members = shuffledMembers(labels, classes);
        int[] chosen = new int[limit];
        int count = 0;
        for (int round = 0; count < limit; round++) {
            for (int c = 0; c < classes && count < limit; c++) {
                if (round < members.get(c).length) {
                    chosen[count++] = members.get(c)[round];
                }
            }
        }
        Arrays.sort(chosen);
        return chosen;
    }

    private static List<int[]> shuffledMembers(int[] labels, int classes) {
        int[] counts = new int[classes];
        for (int label : labels) {
            counts[label]++;
        }
        List<int[]> members = new ArrayList<>();
        for (int count : counts) {
            members.add(new int[count]);
        }
        int[] next = new int[classes];
        int[][] order = new int[classes][];
        for (int c = 0; c < classes; c++) {
            order[c] = CounterRandom.of(SEED, "subset", c, 0).permutation(counts[c]);
        }
        for (int i = 0; i < labels.length; i++) {
            int c = labels[i];
            members.get(c)[order[c][next[c]++]] = i;
        }
        return members;
    }
}
