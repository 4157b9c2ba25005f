package org.vito.ingest.curation;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import org.vito.ingest.curation.VectorIndex.Neighbour;

/**
 * Sample-based retrieval, as DINOv2 curates its data: for each image of the target set the videos nearest to it. A video is taken if
 * it is among the {@code k} nearest of some image at the time it comes; so the first videos have it easier than those that come
 * when better ones are there.
 */
final class SampleRetrieval implements Retrieval {
    private static final int ASKED = 64; // images near a video whose lists it may enter
    private static final int SHOWN = 5;

    private final TargetSet targets;
    private final int neighbours;
    private final Map<String, PriorityQueue<Near>> lists = new HashMap<>();

    /** A video and how like an image it is. */
    private record Near(String videoId, double cosine) {}

    /** Closes {@code targets} with itself; {@code neighbours} videos are kept for each image. */
    SampleRetrieval(TargetSet targets, int neighbours) {
        this.targets = targets;
        this.neighbours = neighbours;
    }

    @Override
    public Answer decide(String videoId, float[] vector) {
        List<Neighbour> entered = enter(videoId, vector);
        if (entered.isEmpty()) {
            List<Neighbour> nearest = targets.nearest(vector, SHOWN);
            String reason = String.format(
                    Locale.ROOT,
                    "It is not among the %d videos nearest to any of %d targets; it is most like %s (cosine %.3f).",
                    neighbours,
                    targets.size(),
                    nearest.get(0).name(),
                    nearest.get(0).cosine());
            return new Answer(false, "", reason, nearest);
        }
        Neighbour best = entered.get(0);
        String reason = String.format(
                Locale.ROOT,
                "It is among the %d videos nearest to %d of %d targets, %s before all (cosine %.3f).",
                neighbours,
                entered.size(),
                targets.size(),
                best.name(),
                best.cosine());
        return new Answer(true, TargetSet.category(Path.of(best.name())), reason, entered);
    }

    /**
     * Enters a video into the lists of the images that it is near enough to.
     *
     * @return those images, the nearest first
     */
    List<Neighbour> enter(String videoId, float[] vector) {
        return targets.nearest(vector, ASKED).stream()
                .filter(image -> enter(image, videoId))
                .toList();
    }

    private boolean enter(Neighbour image, String videoId) {
        PriorityQueue<Near> list = lists.computeIfAbsent(
                image.name(), name -> new PriorityQueue<>(Comparator.comparingDouble(Near::cosine)));
        list.removeIf(near -> near.videoId().equals(videoId));
        list.add(new Near(videoId, image.cosine()));
        if (list.size() <= neighbours) {
            return true;
        }
        return !list.remove().videoId().equals(videoId);
    }

    @Override
    public void close() {
        targets.close();
    }
}
