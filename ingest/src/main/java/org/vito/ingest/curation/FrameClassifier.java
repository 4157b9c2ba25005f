package org.vito.ingest.curation;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A supervised network that says what a frame shows, e.g. ImageNet's ResNet-50. Whoever implements it does the whole of
 * the network's preprocessing beyond the resize. Calls block and come from one thread at a time.
 */
public interface FrameClassifier extends AutoCloseable {
    /** Name and version of the network, as evidence is attributed to it. */
    String name();

    /** Height and width in pixels of the frames it takes. */
    int side();

    /** What its outputs mean: the label of class {@code i} at position {@code i}. */
    List<String> labels();

    /**
     * Classifies frames.
     *
     * @param frames {@code [count, side, side, 3]} bytes, RGB, 0 … 255, in a direct buffer from position to limit, which
     *     are left as they were
     * @param count number of frames, at least 1
     * @return {@code [count, labels]} probabilities; each row sums to 1
     * @throws org.vito.protocol.RetriableException if trying again may help
     */
    float[][] classify(ByteBuffer frames, int count);

    @Override
    void close();
}
