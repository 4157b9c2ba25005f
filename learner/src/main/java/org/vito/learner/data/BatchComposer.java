package org.vito.learner.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vito.augment.ClipBatch.Example;
import org.vito.protocol.CounterRandom;

/**
 * Fills one batch from the shuffle buffer, with clips of videos that are not in the batch yet while there are any: clips of
 * one video are no negatives of each other, so they would only make the batch smaller.
 */
final class BatchComposer {
    /** Draws at random this often before it looks at the whole buffer. */
    private static final int TRIES = 32;

    private final int clips;
    private final List<Example> batch = new ArrayList<>();
    private final Set<String> videos = new HashSet<>();

    BatchComposer(int clips) {
        this.clips = clips;
    }

    boolean complete() {
        return batch.size() == clips;
    }

    List<Example> batch() {
        return batch;
    }

    /** Moves one clip from the buffer, which must not be empty, into the batch. */
    void take(ShuffleBuffer buffer, CounterRandom random) {
        Example taken = buffer.remove(choose(buffer, random));
        batch.add(taken);
        videos.add(taken.clip().getVideoId());
    }

    /** Uniform among the clips of other videos: by rejection first, exactly where rejection would take long. */
    private int choose(ShuffleBuffer buffer, CounterRandom random) {
        for (int i = 0; i < TRIES; i++) {
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
        return count == 0 ? random.nextInt(buffer.size()) : others[random.nextInt(count)];
    }

    private boolean isOfOtherVideo(ShuffleBuffer buffer, int index) {
        return !videos.contains(buffer.get(index).clip().getVideoId());
    }
}
