package org.vito.ingest.curation;

import java.util.List;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/** Where a rule gets the frames that it judges by. */
public interface FirstFrames {
    /**
     * The first {@code count} frames of a video, or all if it has fewer, in order. Blocks.
     *
     * @throws org.vito.protocol.RetriableException if trying again may help
     * @throws org.vito.protocol.VitoException if the video cannot be decoded, or is not where it was stored
     */
    List<Frame> of(StoredVideo video, int count);
}
