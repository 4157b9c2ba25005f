package org.vito.ingest.curation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
 * are taken that are among the nearest of some image of a target set. A video's vector is the mean of those of a few frames.
 *
 * <p>What was seen lies in an index of the network's own; if it is lost, it is made anew of the decisions.
 */
final class Neighbours implements Curator {
    private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);
    private static final int SHOWN = 5; // neighbours in the evidence

    private final NeighbourSettings settings;
    private final FrameEmbedder embedder;
    private final VideoFrames frames;
    private final SeenVideos seen;
    private final @Nullable TargetSet targets;

    private Neighbours(
            NeighbourSettings settings,
            FrameEmbedder embedder,
            VideoFrames frames,
            SeenVideos seen,
            @Nullable TargetSet targets) {
        this.settings = settings;
        this.embedder = embedder;
        this.frames = frames;
        this.seen = seen;
        this.targets = targets;
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
            TargetSet targets = null;
            if (!settings.targets().isBlank()) {
                targets = TargetSet.load(
                        settings.targetDirectory(), embedder, own.resolve("targets"), settings.neighbours());
                opened.add(targets);
            }
            Neighbours rule = new Neighbours(settings, embedder, means.frames(), seen, targets);
            rule.remember(memory);
            return rule;
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

    /** Makes the index anew if it is empty, and the lists of the targets. */
    private void remember(Curators.Memory memory) {
        if (seen.size() == 0) {
            memory.decisions(this::remember);
            seen.save();
        }
        if (targets != null) {
            seen.visitOriginals((videoId, vector) -> targets.enter(videoId, vector));
        }
        LOG.info("{} videos were judged by {} before", seen.size(), embedder.name());
    }

    private void remember(CurationDecision decision) {
        if (decision.getNetwork().equals(network())) {
            float[] vector = Vectors.floats(decision.getEmbedding());
            if (vector.length == embedder.dimensions()) {
                String id = decision.getVideoId();
                seen.add(id, vector, duplicateOf(id, vector) != null);
            }
        }
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
    public List<Verdict> judge(List<StoredVideo> videos) {
        List<Verdict> verdicts = videos.stream().map(this::judge).toList();
        seen.save();
        return verdicts;
    }

    @Override
    public List<Verdict> judgeAgain(List<CurationDecision> before) {
        List<Verdict> verdicts = before.stream().map(this::judgeAgain).toList();
        seen.save();
        return verdicts;
    }

    /**
     * A video that was no duplicate is compared with such videos alone: those that were found to be its own duplicates came after
     * it and are in its place otherwise.
     */
    private Verdict judgeAgain(CurationDecision before) {
        String id = before.getVideoId();
        float[] known = Vectors.floats(before.getEmbedding());
        boolean same = before.getNetwork().equals(network()) && known.length == embedder.dimensions();
        float[] vector = same ? known : vector(before.getVideo());
        if (!seen.isOriginal(id)) {
            return judge(id, vector, duplicateOf(id, vector));
        }
        return judge(id, vector, near(seen.nearestOriginals(id, vector, 1)));
    }

    private Verdict judge(StoredVideo video) {
        float[] vector = vector(video);
        return judge(video.getVideoId(), vector, duplicateOf(video.getVideoId(), vector));
    }

    private Verdict judge(String videoId, float[] vector, @Nullable Neighbour duplicate) {
        Verdict verdict = duplicate != null ? duplicate(vector, duplicate) : compared(videoId, vector);
        seen.add(videoId, vector, duplicate != null);
        return verdict;
    }

    private float[] vector(StoredVideo video) {
        List<Frame> taken = frames.spread(video, settings.frames());
        if (taken.isEmpty()) {
            throw new VitoException(Reason.DAMAGED_VIDEO, "no frame of " + video.getVideoId() + " can be decoded");
        }
        return Vectors.mean(embedder.embed(taken));
    }

    private @Nullable Neighbour duplicateOf(String videoId, float[] vector) {
        return near(seen.nearest(videoId, vector, 1));
    }

    private @Nullable Neighbour near(List<Neighbour> nearest) {
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
        if (targets == null) {
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
        List<Neighbour> entered = targets.enter(videoId, vector);
        if (entered.isEmpty()) {
            List<Neighbour> nearest = targets.nearest(vector, SHOWN);
            String reason = String.format(
                    Locale.ROOT,
                    "It is not among the %d videos nearest to any of %d targets; it is most like %s (cosine %.3f).",
                    settings.neighbours(),
                    targets.size(),
                    nearest.get(0).name(),
                    nearest.get(0).cosine());
            return new Verdict(false, "", reason, evidence(nearest), Vectors.bytes(vector));
        }
        Neighbour best = entered.get(0);
        String reason = String.format(
                Locale.ROOT,
                "It is among the %d videos nearest to %d of %d targets, %s before all (cosine %.3f).",
                settings.neighbours(),
                entered.size(),
                targets.size(),
                best.name(),
                best.cosine());
        return new Verdict(
                true, TargetSet.category(Path.of(best.name())), reason, evidence(entered), Vectors.bytes(vector));
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
        if (targets != null) {
            targets.close();
        }
        embedder.close();
    }
}
