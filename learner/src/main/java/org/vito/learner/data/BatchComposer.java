package org.vito.learner.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vito.augment.ClipBatch.Example;
import org.vito.protocol.CounterRandom;

/**
 * Fills one batch from clips at hand, with clips of different videos while there are any: clips of one video are no
 * negatives of each other, so they would only make the batch smaller.
 *
 * <p>Drawn uniformly, the longest videos would be left over in the end and meet themselves. So a video is <em>due</em> when
 * it has at least as many clips at hand as full batches can be made of what is at hand, this one included. One clip of every
 * due video is taken first, those with the most clips before the others, and the rest of the batch is drawn uniformly from
 * the clips of videos that are not in it.
 *
 * <p>That is the best there is: with F = ⌊n ∕ B⌋ for n clips at hand and batches of B, F batches without one video twice in a
 * batch can be made only if Σ min(c, F) ≥ F B over the videos' counts c, and then they are made. For taking a batch lowers F
 * by one and, by the rule, that sum by at most B: each due video's min(c, F) falls by one whether it was taken or not.
 */
final class BatchComposer {
    /** Draws at random this often before it looks at everything at hand. */
    private static final int TRIES = 32;

    private final int clips;
    private final CounterRandom random;
    private final List<Example> batch = new ArrayList<>();
    private final Set<String> videos = new HashSet<>();
    private final Set<ShuffleBuffer> searchedForDue = Collections.newSetFromMap(new IdentityHashMap<>());

    /** A composer of one batch of {@code clips} clips that takes its random numbers from {@code random}. */
    BatchComposer(int clips, CounterRandom random) {
        this.clips = clips;
        this.random = random;
    }

    boolean complete() {
        return batch.size() == clips;
    }

    /** The batch in a random order, so that no place in it belongs to the videos that are long. */
    List<Example> batch() {
        List<Example> shuffled = new ArrayList<>();
        for (int index : random.permutation(batch.size())) {
            shuffled.add(batch.get(index));
        }
        return shuffled;
    }

    /** Moves clips of videos that are not in the batch from {@code buffer} into it; says whether there was one. */
    boolean take(ShuffleBuffer buffer) {
        if (searchedForDue.add(buffer) && takeDue(buffer)) {
            return true;
        }
        int index = choose(buffer);
        if (index < 0) {
            return false;
        }
        add(buffer.remove(index));
        return true;
    }

    /** Lets every video come once more. */
    void repeatVideos() {
        videos.clear();
        searchedForDue.clear();
    }

    private boolean takeDue(ShuffleBuffer buffer) {
        Map<String, List<Integer>> places = new LinkedHashMap<>();
        for (int index = 0; index < buffer.size(); index++) {
            if (isOfOtherVideo(buffer, index)) {
                places.computeIfAbsent(buffer.get(index).clip().getVideoId(), v -> new ArrayList<>())
                        .add(index);
            }
        }
        int free = clips - batch.size();
        int batchesAfter = Math.floorDiv(buffer.size() - free, clips);
        List<Integer> chosen = places.values().stream()
                .filter(of -> of.size() > batchesAfter)
                .sorted(Comparator.comparingInt((List<Integer> of) -> of.size()).reversed())
                .limit(free)
                .map(of -> of.get(random.nextInt(of.size())))
                .sorted(Comparator.reverseOrder()) // the last first, since removing moves the last into the gap
                .toList();
        chosen.forEach(index -> add(buffer.remove(index)));
        return !chosen.isEmpty();
    }

    private void add(Example taken) {
        batch.add(taken);
        videos.add(taken.clip().getVideoId());
    }

    /** Uniform among the clips of other videos: by rejection first, exactly where rejection would take long. */
    private int choose(ShuffleBuffer buffer) {
        for (int i = 0; i < TRIES && !buffer.isEmpty(); i++) {
            int index = random.nextInt(buffer.size());
            if (isOfOtherVideo(buffer, index)) {
                return index;
            }
        }
        int[] others = new int[buffer.size()];
        int count = 0;
        for (int index = 0; index < buffer.size(); index++) {
            if (isOfOtherVideo(buffer, index)) {
                others[count++] = index;
            }
        }
        return count == 0 ? -1 : others[random.nextInt(count)];
    }

    private boolean isOfOtherVideo(ShuffleBuffer buffer, int index) {
        return !videos.contains(buffer.get(index).clip().getVideoId());
    }
}
