package org.vito.ingest.curation;

import java.nio.file.Path;
import org.vito.protocol.Reason;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;

/**
 * Settings of the rule {@code neighbours}; every key is explained in {@code reference.conf} under {@code
 * vito.ingest.curate.neighbours}.
 *
 * @param network weights of the network whose features are compared; empty if none are given
 * @param frames of a video whose features are averaged
 * @param duplicates cosine from which a video counts as one of those before it
 * @param targets directory of the images that videos shall be like; empty to take all that are no duplicates
 * @param neighbours videos kept for each target
 */
public record NeighbourSettings(String network, int frames, double duplicates, String targets, int neighbours) {
    /** Reads and checks them. */
    public static NeighbourSettings from(Settings s) {
        return new NeighbourSettings(
                s.text("network"),
                s.whole("frames", 1, 1000),
                s.number("duplicates", 0, 2),
                s.text("targets"),
                s.whole("neighbours", 1, 100_000));
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
