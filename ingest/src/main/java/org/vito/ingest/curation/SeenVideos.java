package org.vito.ingest.curation;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vito.ingest.curation.VectorIndex.Neighbour;

/**
 * The vectors of all videos judged so far, those left out as duplicates included: what is like a duplicate is one too, so that
 * chains of likeness end in one video, as in the components of a similarity graph. The latest are compared one by one, the others
 * found by the index.
 */
final class SeenVideos implements AutoCloseable {
    private static final int LATEST = 256;
    private static final int BREADTH = 64; // DINOv2 joins a vector with its 64 nearest
    private static final String DUPLICATE = "=";

    private final VectorIndex index;
    private final Map<String, float[]> latest = new LinkedHashMap<>();

    SeenVideos(Path directory) {
        index = VectorIndex.open(directory);
    }

    /** Told of every video that is no duplicate. */
    interface Visitor {
        void see(String videoId, float[] vector);
    }

    int size() {
        return index.size() + latest.size();
    }

    void visitOriginals(Visitor visitor) {
        flush();
        index.visit((name, vector) -> {
            if (!name.startsWith(DUPLICATE)) {
                visitor.see(name, vector);
            }
        });
    }

    /** The {@code count} videos most like {@code vector}, other than {@code videoId} itself, the nearest first. */
    List<Neighbour> nearest(String videoId, float[] vector, int count) {
        Stream<Neighbour> found = index.size() == 0 ? Stream.of() : index.nearest(vector, count + 1, BREADTH).stream();
        Stream<Neighbour> compared = latest.entrySet().stream()
                .map(entry -> new Neighbour(entry.getKey(), Vectors.cosine(vector, entry.getValue())));
        return Stream.concat(found, compared)
                .map(each -> new Neighbour(id(each.name()), each.cosine()))
                .filter(each -> !each.name().equals(videoId))
                .sorted(Comparator.comparingDouble(Neighbour::cosine).reversed())
                .limit(count)
                .toList();
    }

    /** As {@link #nearest}, of those videos only that are no duplicates, as far as they are among the {@value #BREADTH} nearest. */
    List<Neighbour> nearestOriginals(String videoId, float[] vector, int count) {
        Stream<Neighbour> found = index.size() == 0 ? Stream.of() : index.nearest(vector, BREADTH, BREADTH).stream();
        Stream<Neighbour> compared = latest.entrySet().stream()
                .map(entry -> new Neighbour(entry.getKey(), Vectors.cosine(vector, entry.getValue())));
        return Stream.concat(found, compared)
                .filter(each ->
                        !each.name().startsWith(DUPLICATE) && !each.name().equals(videoId))
                .filter(each -> !latest.containsKey(DUPLICATE + each.name())) // it was found to be one since
                .sorted(Comparator.comparingDouble(Neighbour::cosine).reversed())
                .limit(count)
                .toList();
    }

    /** Whether the video was seen and is no duplicate. */
    boolean isOriginal(String videoId) {
        return latest.containsKey(videoId) || (!latest.containsKey(DUPLICATE + videoId) && index.contains(videoId));
    }

    private static String id(String name) {
        return name.startsWith(DUPLICATE) ? name.substring(1) : name;
    }

    void add(String videoId, float[] vector, boolean duplicate) {
        String name = duplicate ? DUPLICATE + videoId : videoId;
        String other = duplicate ? videoId : DUPLICATE + videoId; // what it was when it was judged before
        index.remove(other);
        latest.remove(other);
        index.add(name, vector);
        latest.put(name, vector);
        if (latest.size() >= LATEST) {
            flush();
        }
    }

    private void flush() {
        index.refresh();
        latest.clear();
    }

    /** Writes what was added to the disk. */
    void save() {
        index.save();
    }

    @Override
    public void close() {
        index.close();
    }
}
