package org.vito.ingest.curation;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.ingest.CurationNetworks;
import org.vito.ingest.FrameEmbedder;
import org.vito.ingest.curation.VectorIndex.Neighbour;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.Evidence;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/**
 * Curation by nearest neighbours, after DINOv2's LVD-142M: near-duplicates of videos before are left out, and of the others those
 * are taken that a {@link Retrieval} takes, if there is a target set. A video's vector is the mean of those of a few frames.
 *
 * <p>What was seen lies in an index of the network's own; if it is lost, it is made anew of the decisions.
 */
final class Neighbours implements Curator {
    private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);
    private static final int SHOWN = 5; // neighbours in the evidence
    private static final int EMBEDDED = 20; // frames at a time, unless one video has more

    private final NeighbourSettings settings;
    private final CurationNetworks networks;
    private final FrameEmbedder embedder;
    private final VideoFrames frames;
    private final SeenVideos seen;
    private final @Nullable Retrieval retrieval;
    private long lookedNanos = System.nanoTime(); // for a newer network

    private Neighbours(
            NeighbourSettings settings,
            CurationNetworks networks,
            FrameEmbedder embedder,
            VideoFrames frames,
            SeenVideos seen,
            @Nullable Retrieval retrieval) {
        this.settings = settings;
        this.networks = networks;
        this.embedder = embedder;
        this.frames = frames;
        this.seen = seen;
        this.retrieval = retrieval;
    }

    /**
     * The rule by its settings; may block for long.
     *
     * @throws VitoException if network, target set or index cannot be used
     */
    static Neighbours load(Curators.Means means) {
        Curators.Memory memory = means.memory();
        if (memory == null) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "the rule neighbours compares with all videos before; its decisions, with their reasons, are in the"
                            + " topic vito.videos.curated");
        }
        NeighbourSettings settings = means.neighbours();
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            FrameEmbedder embedder = means.networks().embedder(settings.weights());
            opened.add(embedder);
            Path own = memory.directory().resolve(embedder.name().replaceAll("[^A-Za-z0-9._-]", "_"));
            SeenVideos seen = new SeenVideos(own.resolve("seen"));
            opened.add(seen);
            remember(memory, settings, embedder, seen);
            Retrieval retrieval = null;
            if (!settings.targets().isBlank()) {
                TargetSet targets = TargetSet.load(settings.targetDirectory(), embedder, own.resolve("targets"));
                opened.add(targets);
                retrieval = retrieval(settings, targets, seen, memory, embedder);
            }
            LOG.info("{} videos were judged by {} before", seen.size(), embedder.name());
            return new Neighbours(settings, means.networks(), embedder, means.frames(), seen, retrieval);
        } catch (RuntimeException e) {
            opened.forEach(Neighbours::close);
            throw e;
        }
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.warn("cannot close {}", resource, e);
        }
    }

    /** Makes the index anew if it is empty. */
    private static void remember(
            Curators.Memory memory, NeighbourSettings settings, FrameEmbedder embedder, SeenVideos seen) {
        if (seen.size() == 0) {
            visit(memory, embedder, (id, vector, decision) -> {
                boolean duplicate = near(settings, seen.nearest(id, vector, 1)) != null;
                seen.add(id, vector, duplicate);
            });
            seen.save();
        }
    }

    private static Retrieval retrieval(
            NeighbourSettings settings,
            TargetSet targets,
            SeenVideos seen,
            Curators.Memory memory,
            FrameEmbedder embedder) {
        if (settings.retrieval() == NeighbourSettings.Way.CLUSTER) {
            ClusterRetrieval clusters = ClusterRetrieval.of(targets, seen, settings.clusters());
            visit(memory, embedder, (id, vector, decision) -> clusters.note(id, vector, decision.getAccepted()));
            return clusters;
        }
        SampleRetrieval samples = new SampleRetrieval(targets, settings.neighbours());
        seen.visitOriginals(samples::enter);
        return samples;
    }

    private interface Visitor {
        void see(String videoId, float[] vector, CurationDecision decision);
    }

    /** Shows the decisions that the same network led to. */
    private static void visit(Curators.Memory memory, FrameEmbedder embedder, Visitor visitor) {
        memory.decisions(decision -> {
            if (decision.getNetwork().equals(embedder.name())) {
                float[] vector = Vectors.floats(decision.getEmbedding());
                if (vector.length == embedder.dimensions()) {
                    visitor.see(decision.getVideoId(), vector, decision);
                }
            }
        });
    }

    @Override
    public String name() {
        return "neighbours/1 " + embedder.name();
    }

    @Override
    public String network() {
        return embedder.name();
    }

    @Override
    public boolean isOutdated() {
        long now = System.nanoTime();
        if (settings.refresh().isZero()
                || now - lookedNanos < settings.refresh().toNanos()) {
            return false;
        }
        lookedNanos = now;
        return !networks.newest(settings.weights()).equals(network());
    }

    @Override
    public List<Verdict> judge(List<StoredVideo> videos) {
        List<float[]> vectors = vectors(videos);
        List<Verdict> verdicts = IntStream.range(0, videos.size())
                .mapToObj(i -> judge(videos.get(i).getVideoId(), vectors.get(i)))
                .toList();
        seen.save();
        return verdicts;
    }

    @Override
    public List<Verdict> judgeAgain(List<CurationDecision> before) {
        Deque<float[]> made = new ArrayDeque<>(vectors(before.stream()
                .filter(decision -> !hasVector(decision))
                .map(CurationDecision::getVideo)
                .toList()));
        List<Verdict> verdicts = before.stream()
                .map(decision -> judgeAgain(
                        decision.getVideoId(),
                        hasVector(decision) ? Vectors.floats(decision.getEmbedding()) : made.remove()))
                .toList();
        seen.save();
        return verdicts;
    }

    /**
     * A video that was no duplicate is compared with such videos alone: those that were found to be its own duplicates came after
     * it and are in its place otherwise.
     */
    private Verdict judgeAgain(String id, float[] vector) {
        if (!seen.isOriginal(id)) {
            return judge(id, vector, duplicateOf(id, vector));
        }
        return judge(id, vector, near(settings, seen.nearestOriginals(id, vector, 1)));
    }

    /** Whether the decision holds the vector that this network would give now. */
    private boolean hasVector(CurationDecision before) {
        return before.getNetwork().equals(network())
                && before.getEmbedding().size() == embedder.dimensions() * Float.BYTES;
    }

    private Verdict judge(String id, float[] vector) {
        return judge(id, vector, duplicateOf(id, vector));
    }

    private Verdict judge(String videoId, float[] vector, @Nullable Neighbour duplicate) {
        Verdict verdict = duplicate != null ? duplicate(vector, duplicate) : compared(videoId, vector);
        seen.add(videoId, vector, duplicate != null);
        return verdict;
    }

    /** The vectors of {@code videos}, frames of several being decoded and embedded together. */
    private List<float[]> vectors(List<StoredVideo> videos) {
        List<List<Frame>> taken = Ahead.inOrder(videos, video -> {
            CompletionStage<List<Frame>> spread = frames.spread(video, settings.frames());
            return () -> some(video, VideoFrames.await(spread));
        });
        List<float[]> vectors = new ArrayList<>(videos.size());
        int together = Math.max(1, EMBEDDED / settings.frames()); // videos
        for (int begin = 0; begin < taken.size(); begin += together) {
            List<List<Frame>> group = taken.subList(begin, Math.min(taken.size(), begin + together));
            float[][] rows = embedder.embed(group.stream().flatMap(List::stream).toList());
            int row = 0;
            for (List<Frame> each : group) {
                vectors.add(Vectors.mean(Arrays.copyOfRange(rows, row, row + each.size())));
                row += each.size();
            }
        }
        return vectors;
    }

    private static List<Frame> some(StoredVideo video, List<Frame> taken) {
        if (taken.isEmpty()) {
            throw new VitoException(Reason.DAMAGED_VIDEO, "no frame of " + video.getVideoId() + " can be decoded");
        }
        return taken;
    }

    private @Nullable Neighbour duplicateOf(String videoId, float[] vector) {
        return near(settings, seen.nearest(videoId, vector, 1));
    }

    private static @Nullable Neighbour near(NeighbourSettings settings, List<Neighbour> nearest) {
        return nearest.stream()
                .filter(each -> each.cosine() >= settings.duplicates())
                .findFirst()
                .orElse(null);
    }

    private static Verdict duplicate(float[] vector, Neighbour of) {
        String reason = String.format(
                Locale.ROOT, "It is nearly the video %s, which came before (cosine %.3f).", of.name(), of.cosine());
        return new Verdict(false, "", reason, evidence(List.of(of)), Vectors.bytes(vector));
    }

    private Verdict compared(String videoId, float[] vector) {
        if (retrieval == null) {
            List<Neighbour> nearest = seen.nearest(videoId, vector, SHOWN);
            String reason = nearest.isEmpty()
                    ? "It is the first."
                    : String.format(
                            Locale.ROOT,
                            "It is like none of %d videos before (cosine %.3f at most).",
                            seen.size(),
                            nearest.get(0).cosine());
            return new Verdict(true, "", reason, evidence(nearest), Vectors.bytes(vector));
        }
        Retrieval.Answer answer = retrieval.decide(videoId, vector);
        return new Verdict(
                answer.taken(), answer.category(), answer.reason(), evidence(answer.images()), Vectors.bytes(vector));
    }

    private static List<Evidence> evidence(List<Neighbour> neighbours) {
        return neighbours.stream()
                .limit(SHOWN)
                .map(each -> Evidence.newBuilder()
                        .setLabel(each.name())
                        .setScore((float) each.cosine())
                        .build())
                .toList();
    }

    @Override
    public void close() {
        seen.close();
        if (retrieval != null) {
            retrieval.close();
        }
        embedder.close();
    }
}
