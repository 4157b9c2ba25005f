package org.vito.ingest;

import java.util.List;
import org.vito.protocol.v1.Frame;

/**
 * A network that turns a frame into a vector, for rules that compare videos with a target set. Whoever implements it does
 * the whole of the network's preprocessing. Calls block and come from one thread at a time.
 */
public interface FrameEmbedder extends AutoCloseable {
    /** Name and version of the network, as decisions are attributed to it. */
    String name();

    /** Length of a vector. */
    int dimensions();

    /**
     * Embeds frames.
     *
     * @param frames at least one, encoded as decoders leave them
     * @return {@code [frames, dimensions]}, each row of length 1, so that a dot product is the cosine
     * @throws org.vito.protocol.RetriableException if trying again may help
     */
    float[][] embed(List<Frame> frames);

    @Override
    void close();
}
