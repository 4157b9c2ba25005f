package org.vito.ingest.curation;

import java.util.List;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/**
 * Where a rule gets the frames that it judges by. Calls block, and fail with a {@link org.vito.protocol.RetriableException} if
 * trying again may help, else with a {@link org.vito.protocol.VitoException}: the video cannot be decoded, or is not where it was
 * stored.
 */
public interface VideoFrames {
    /** The first {@code count} frames of a video, or all if it has fewer, in order. */
    List<Frame> first(StoredVideo video, int count);

    /** The frames in the middles of {@code count} equal parts of a video, in order; fewer if some are the same. */
    List<Frame> spread(StoredVideo video, int count);
}
