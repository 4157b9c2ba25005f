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
     * <p>A batch that has been emitted belongs to whoever receives it, until released; the buffers of all others come back when
     * the stream ends, whichever way, as soon as nobody writes them any more. A batch of which no clip can be used fails the
     * stream with DAMAGED_CLIP.
     *
     * @param seed the run's seed; with clip id, epoch and view it decides every draw
     * @param executor runs the pixel work
     * @param stages has the meter {@code augment}: views made, clips damaged, and as its queue the batches that wait for the
     *     learner or are in its hands
     */
    public static Flow<ClipBatch, AugmentedBatch, NotUsed> flow(
            AugmentSettings settings, long seed, BatchBuffers buffers, Executor executor, Stages stages) {
        return Flow.fromMaterializer((materializer, attributes) -> {
                    AugmentRun run = new AugmentRun(settings, seed, buffers, executor, stages);
                    return Flow.of(ClipBatch.class)
                            .mapAsync(buffers.count(), run::augment)
                            .map(run::emit)
                            .watchTermination((none, done) -> {
                                done.whenComplete((ok, failure) -> run.stop());
                                return NotUsed.getInstance();
                            });
                })
                .mapMaterializedValue(later -> NotUsed.getInstance());
    }
}
