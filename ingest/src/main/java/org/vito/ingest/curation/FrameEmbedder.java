package org.vito.ingest.curation;

import java.nio.ByteBuffer;

/**
 * A network that turns a frame into a vector, for rules that compare videos with a target set. Whoever implements it does
 * the whole of the network's preprocessing beyond the resize. Calls block and come from one thread at a time.
 */
public interface FrameEmbedder extends AutoCloseable {
    /** Name and version of the network, as evidence is attributed to it. */
    String name();

    /** Height and width in pixels of the frames it takes. */
    int side();

    /** Length of a vector. */
    int dimensions();

    /**
     * Embeds frames.
     *
     * @param frames {@code [count, side, side, 3]} bytes, RGB, 0 … 255, in a direct buffer from position to limit, which
     *     are left as they were
     * @param count number of frames, at least 1
     * @return {@code [count, dimensions]}, each row of length 1, so that a dot product is the cosine
     * @throws org.vito.protocol.RetriableException if trying again may help
     */
    float[][] embed(ByteBuffer frames, int count);

    @Override
    void close();
}
