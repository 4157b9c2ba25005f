package org.vito.augment;

import akka.NotUsed;
import akka.stream.javadsl.Flow;
import java.util.concurrent.Executor;
import org.vito.protocol.Stages;

/** The parallel stream stage that turns clips into batches of views. */
public final class BatchAugmenter {
    private BatchAugmenter() {}

    /**
     * A flow that emits batches in the order they came, views of one batch made in parallel. It waits for a free buffer.
     *
     * @param seed the run's seed; with clip id, epoch and view it decides every draw
     * @param executor runs the pixel work
     */
    public static Flow<ClipBatch, AugmentedBatch, NotUsed> flow(
            AugmentSettings settings, long seed, BatchBuffers buffers, Executor executor, Stages stages) {
        throw new UnsupportedOperationException();
    }
}
