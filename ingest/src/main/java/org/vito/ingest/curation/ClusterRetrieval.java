package org.vito.ingest.curation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.vito.ingest.curation.VectorIndex.Neighbour;

/**
 * Cluster-based retrieval, as DINOv2 curates its data where the target set is small: what there is is clustered, and of each cluster
 * that holds enough images of the target set a number of videos is taken. DINOv2 clusters all images first; here videos come one
 * after the other, so that clusters are those of the images and of the videos seen until the rule was loaded, a video belongs to that
 * whose centre it is most like, and those that come first are taken until the cluster has its number.
 */
final class ClusterRetrieval implements Retrieval {
    private static final int SHOWN = 5;
    private static final int SAMPLED = 64; // seen videos a cluster, of which the centres are made

    private final TargetSet targets;
    private final NeighbourSettings.Clusters settings;
    private final Centres centres;
    private final int[] images;
    private final int[] taken;
    private final Map<String, Integer> clusterOf = new HashMap<>(); // of the videos that are taken

    private ClusterRetrieval(TargetSet targets, NeighbourSettings.Clusters settings, Centres centres) {
        this.targets = targets;
        this.settings = settings;
        this.centres = centres;
        images = new int[centres.size()];
        taken = new int[centres.size()];
        targets.visit((name, vector) -> images[centres.nearest(vector)]++);
    }

    /**
     * Makes the clusters; takes a while.
     *
     * @param targets closed with the retrieval
     * @param seen the videos that came until now
     */
    static ClusterRetrieval of(TargetSet targets, SeenVideos seen, NeighbourSettings.Clusters settings) {
        List<float[]> vectors = new ArrayList<>();
        targets.visit((name, vector) -> vectors.add(vector));
        int most = Math.multiplyExact(SAMPLED, settings.count());
        int every = Math.max(1, (seen.size() + most - 1) / most);
        int[] number = new int[1];
        seen.visitOriginals((videoId, vector) -> {
            if (number[0]++ % every == 0) {
                vectors.add(vector);
            }
        });
        return new ClusterRetrieval(targets, settings, Centres.of(vectors, settings.count()));
    }

    /** Notes what was decided on a video, in place of what was decided on it before. */
    void note(String videoId, float[] vector, boolean accepted) {
        Integer before = clusterOf.remove(videoId);
        if (before != null) {
            taken[before]--;
        }
        if (accepted) {
            int cluster = centres.nearest(vector);
            taken[cluster]++;
            clusterOf.put(videoId, cluster);
        }
    }

    @Override
    public Answer decide(String videoId, float[] vector) {
        note(videoId, vector, false);
        int cluster = centres.nearest(vector);
        List<Neighbour> nearest = targets.nearest(vector, SHOWN);
        if (images[cluster] < settings.targets()) {
            return left(
                    nearest,
                    "It is of a cluster that holds %d of %d targets, fewer than %d",
                    images[cluster],
                    targets.size(),
                    settings.targets());
        }
        if (taken[cluster] >= settings.videos()) {
            return left(
                    nearest,
                    "It is of a cluster with %d of %d targets that has its %d videos",
                    images[cluster],
                    targets.size(),
                    settings.videos());
        }
        note(videoId, vector, true);
        String reason = String.format(
                Locale.ROOT,
                "It is the video %d of %d of a cluster with %d of %d targets; it is most like %s (cosine %.3f).",
                taken[cluster],
                settings.videos(),
                images[cluster],
                targets.size(),
                nearest.get(0).name(),
                nearest.get(0).cosine());
        return new Answer(true, TargetSet.category(Path.of(nearest.get(0).name())), reason, nearest);
    }

    private static Answer left(List<Neighbour> nearest, String why, int images, int targets, int most) {
        String like = String.format(
                Locale.ROOT,
                "; it is most like %s (cosine %.3f).",
                nearest.get(0).name(),
                nearest.get(0).cosine());
        return new Answer(false, "", why.formatted(images, targets, most) + like, nearest);
    }

    @Override
    public void close() {
        targets.close();
    }
}
