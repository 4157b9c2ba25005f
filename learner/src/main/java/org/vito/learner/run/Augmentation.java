package org.vito.learner.run;

import akka.NotUsed;
import akka.stream.javadsl.Flow;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import org.vito.augment.AugmentedBatch;
import org.vito.augment.ClipBatch;

/** Makes the stage that turns clips into views. */
public interface Augmentation {
    /**
     * A stage that emits batches in the order they came.
     *
     * @param buffers where the views go, direct, {@code [views, clips, size, size, 3]} bytes each
     * @param executor runs the pixel work
     */
    Flow<ClipBatch, AugmentedBatch, NotUsed> flow(List<ByteBuffer> buffers, Executor executor);

    /** Batches that exist at the same time, at least 2: one in training, the others made ahead. */
    int buffers();

    /** Threads of the executor. */
    int threads();
}
