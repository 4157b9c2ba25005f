package org.vito.decode;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/**
 * The first frames of a video.
 *
 * @param frames in order of presentation
 * @param forClips those of them that clips of the video will hold, for {@link Decoders#decode(java.nio.file.Path,
 *     org.vito.protocol.v1.DecodeSegment, ByteString)} and nobody else to read; empty if there are none
 */
public record FirstFrames(List<Frame> frames, ByteString forClips) {
    private static final double USUAL_RATE = 25; // frames a second, of a video that tells none

    public FirstFrames {
        frames = List.copyOf(frames);
    }

    /**
     * When the middle one of every {@code every} of the first {@code count} frames is shown, by the video's frame rate.
     *
     * @return microseconds from the first frame, ascending; at least one time
     */
    static List<Long> timesUs(StoredVideo video, int count, int every) {
        double rate = video.getFramesPerSecond() > 0 ? video.getFramesPerSecond() : USUAL_RATE;
        int frames = (int) Math.max(1, Math.min(count, video.getDurationUs() * rate / 1e6));
        return IntStream.iterate(Math.min(every / 2, frames - 1), at -> at < frames, at -> at + every)
                .mapToObj(at -> Math.round(at * 1e6 / rate))
                .toList();
    }
}
