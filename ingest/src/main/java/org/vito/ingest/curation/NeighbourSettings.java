package org.vito.ingest.curation;

import java.nio.file.Path;
import java.time.Duration;
import org.vito.protocol.Reason;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;

/**
 * Settings of the rule {@code neighbours}; every key is explained in {@code reference.conf} under {@code
 * vito.ingest.curate.neighbours}.
 *
 * @param network weights of the network whose features are compared; empty if none are given
 * @param refresh how often to look whether the network has been replaced; 0 = never
 * @param refill how the index of a network that replaced another is filled
 * @param frames of a video whose features are averaged
 * @param duplicates cosine from which a video counts as one of those before it
 * @param targets directory of the images that videos shall be like; empty to take all that are no duplicates
 * @param retrieval how those that are like targets are taken
 * @param neighbours videos kept for each target, by {@link Way#SAMPLE}
 * @param clusters by {@link Way#CLUSTER}
 */
public record NeighbourSettings(
        String network,
        Duration refresh,
        Refill refill,
        int frames,
        double duplicates,
        String targets,
        Way retrieval,
        int neighbours,
        Clusters clusters) {
    /** How videos are taken that are like targets. */
    public enum Way {
        SAMPLE,
        CLUSTER
    }

    /**
     * How videos that were judged by another network come into the index.
     *
     * @param requests to judge them again that are written together; 0 = none
     * @param every least time between two times
     * @param most videos, those decided last
     */
    public record Refill(int requests, Duration every, int most) {}

    /**
     * What holds for {@link Way#CLUSTER}.
     *
     * @param count of clusters
     * @param targets fewest target images that a cluster must hold for its videos to be taken
     * @param videos taken of such a cluster
     */
    public record Clusters(int count, int targets, int videos) {}

    /** Reads and checks them. */
    public static NeighbourSettings from(Settings s) {
        return new NeighbourSettings(
                s.text("network"),
                s.duration("refresh"),
                refill(s.in("refill")),
                s.whole("frames", 1, 1000),
                s.number("duplicates", 0, 2),
                s.text("targets"),
                s.choice("retrieval", Way.class),
                s.whole("neighbours", 1, 100_000),
                clusters(s.in("clusters")));
    }

    private static Refill refill(Settings s) {
        return new Refill(s.whole("requests", 0, 10_000), s.duration("every"), s.whole("most", 1, 1_000_000_000));
    }

    private static Clusters clusters(Settings s) {
        return new Clusters(
                s.whole("count", 2, 10_000), s.whole("targets", 1, 1_000_000), s.whole("videos", 1, 100_000_000));
    }

    /**
     * The network's weights.
     *
     * @throws VitoException BAD_SETTING if none are given
     */
    String weights() {
        if (network.isBlank()) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "the rule neighbours needs vito.ingest.curate.neighbours.network: weights, a checkpoint or a run");
        }
        return network;
    }

    Path targetDirectory() {
        return Path.of(targets);
    }
}
