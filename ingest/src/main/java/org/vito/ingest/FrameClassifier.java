package org.vito.ingest;

import java.util.List;
import org.vito.protocol.v1.Frame;

/**
 * A supervised network that says what a frame shows, e.g. ImageNet's ResNet-50. Whoever implements it does the whole of the
 * network's preprocessing. Calls block and come from one thread at a time.
 */
public interface FrameClassifier extends AutoCloseable {
    /** Name and version of the network, as decisions are attributed to it. */
    String name();

    /** Number of classes it tells apart. */
    int classes();

    /**
     * Classifies frames.
     *
     * @param frames at least one, encoded as decoders leave them
     * @return {@code [frames, classes]} probabilities; each row sums to 1
     * @throws org.vito.protocol.RetriableException if trying again may help
     */
    float[][] classify(List<Frame> frames);

    @Override
    void close();
}
