package org.vito.ingest.curation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.vito.ingest.FrameClassifier;
import org.vito.protocol.v1.Frame;

/**
 * Looks at the frames of videos with a classifier. As one frame that fits is enough, a few from all over a video come first, those
 * of several videos together, then the others of those videos that have shown nothing yet.
 */
final class FrameLooks {
    private static final int FEW = 4;
    private static final int GUESSES = 5; // of a frame that are told

    private final FrameClassifier classifier;
    private final int batch;
    private final boolean all;

    /** A frame and the classes that it was taken for, the surest first. */
    record Seen(Frame frame, List<Integer> labels, List<Float> scores) {
        int label() {
            return labels.get(0);
        }

        float score() {
            return scores.get(0);
        }
    }

    /** The frames of a video, and the classes one of which fits. */
    record Asked(List<Frame> frames, Set<Integer> wanted) {}

    /**
     * @param batch frames that are classified together
     * @param all whether to go on behind a batch in which a frame fits
     */
    FrameLooks(FrameClassifier classifier, int batch, boolean all) {
        this.classifier = classifier;
        this.batch = batch;
        this.all = all;
    }

    /** How many videos are best asked about at a time. */
    static int together(int batch) {
        return Math.max(1, batch / FEW);
    }

    /** What was seen of each video, in order of time. */
    List<List<Seen>> at(List<Asked> videos) {
        List<Look> looks = videos.stream().map(Look::new).toList();
        while (looks.stream().anyMatch(Look::goesOn)) {
            List<Look> next = new ArrayList<>();
            List<Frame> frames = new ArrayList<>();
            for (Look look : looks) {
                if (look.goesOn()
                        && (frames.isEmpty() || frames.size() + look.next().size() <= batch)) {
                    frames.addAll(look.next());
                    next.add(look);
                }
            }
            float[][] probabilities = classifier.classify(frames);
            int row = 0;
            for (Look look : next) {
                int end = row + look.next().size();
                look.see(Arrays.copyOfRange(probabilities, row, end));
                row = end;
            }
        }
        return looks.stream().map(Look::seen).toList();
    }

    /** How far one video has been looked at. */
    private final class Look {
        private final Set<Integer> wanted;
        private final Deque<List<Frame>> batches;
        private final List<Seen> seen = new ArrayList<>();
        private boolean fits;

        Look(Asked asked) {
            wanted = asked.wanted();
            batches = batches(asked.frames());
        }

        boolean goesOn() {
            return !batches.isEmpty() && (all || !fits);
        }

        List<Frame> next() {
            return batches.element();
        }

        void see(float[][] probabilities) {
            List<Frame> frames = batches.remove();
            for (int i = 0; i < probabilities.length; i++) {
                Seen found = surest(frames.get(i), probabilities[i]);
                seen.add(found);
                fits |= wanted.contains(found.label());
            }
        }

        List<Seen> seen() {
            seen.sort(Comparator.comparingLong(found -> found.frame().getPtsUs()));
            return seen;
        }
    }

    /** The frames in the order in which they are looked at. */
    private Deque<List<Frame>> batches(List<Frame> frames) {
        Deque<List<Frame>> batches = new ArrayDeque<>();
        int few = Math.min(Math.min(FEW, batch), frames.size());
        List<Frame> first = new ArrayList<>();
        List<Frame> others = new ArrayList<>(frames);
        for (int i = few - 1; i >= 0; i--) {
            first.add(0, others.remove(i * frames.size() / few));
        }
        if (!first.isEmpty()) {
            batches.add(first);
        }
        for (int begin = 0; begin < others.size(); begin += batch) {
            batches.add(others.subList(begin, Math.min(others.size(), begin + batch)));
        }
        return batches;
    }

    private static Seen surest(Frame frame, float[] probabilities) {
        List<Integer> labels = IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparing(i -> -probabilities[i]))
                .limit(GUESSES)
                .toList();
        return new Seen(
                frame, labels, labels.stream().map(i -> probabilities[i]).toList());
    }
}
