package org.vito.ingest.curation;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/**
 * Where a rule gets the frames that it judges by. Stages fail with a {@link org.vito.protocol.RetriableException} if trying again
 * may help, else with a {@link VitoException}: the video cannot be decoded, or is not where it was stored. Whoever asks for the
 * frames of several videos at a time has them decoded at the same time.
 */
public interface VideoFrames {
    /**
     * The first {@code count} frames of a video, or all if it has fewer, in order.
     *
     * @param every more than 1 for one of every so many
     */
    CompletionStage<List<Frame>> first(StoredVideo video, int count, int every);

    /** The frames in the middles of {@code count} equal parts of a video, in order; fewer if some are the same. */
    CompletionStage<List<Frame>> spread(StoredVideo video, int count);

    /** Waits for {@code frames}. @throws VitoException why there are none */
    static List<Frame> await(CompletionStage<List<Frame>> frames) {
        try {
            return frames.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof VitoException known
                    ? known
                    : new VitoException(Reason.INTERNAL, "no frames: " + e.getCause(), e);
        }
    }
}
