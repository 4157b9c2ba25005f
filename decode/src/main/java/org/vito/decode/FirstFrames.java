package org.vito.decode;

import com.google.protobuf.ByteString;
import java.util.List;
import org.vito.protocol.v1.Frame;

/**
 * The first frames of a video.
 *
 * @param frames in order of presentation
 * @param forClips those of them that clips of the video will hold, for {@link Decoders#decode(java.nio.file.Path,
 *     org.vito.protocol.v1.DecodeSegment, ByteString)} and nobody else to read; empty if there are none
 */
public record FirstFrames(List<Frame> frames, ByteString forClips) {
    public FirstFrames {
        frames = List.copyOf(frames);
    }
}
