package org.vito.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** Cuts a video into segments, each a whole number of window strides, so that every window starts in exactly one, and none is empty. */
final class SegmentPlan {
    private SegmentPlan() {}

    /**
     * The segments of an accepted video, in order.
     *
     * @throws VitoException {@link Reason#TOO_SHORT} if not one whole window fits into the video, and as {@link
     *     WindowStarts#of}
     */
    static List<DecodeSegment> of(CurationDecision decision, DecodeSettings settings) {
        StoredVideo video = decision.getVideo();
        long stride = settings.window().strideUs();
        long spanUs = Math.max(1, settings.segmentUs() / stride) * stride;
        NavigableMap<Long, Long> lastStarts = new TreeMap<>(); // of the segments that have a window, by number
        WindowStarts.of(decision.getVideoId(), video, settings)
                .forEach(start -> lastStarts.merge(start / spanUs, start, Math::max));
        if (lastStarts.isEmpty()) {
            throw new VitoException(
                    Reason.TOO_SHORT,
                    "video %s lasts %d us; one window needs %d us"
                            .formatted(
                                    decision.getVideoId(),
                                    video.getDurationUs(),
                                    settings.window().lengthUs()));
        }
        List<DecodeSegment> segments = new ArrayList<>(lastStarts.size());
        lastStarts.forEach((number, lastStart) -> segments.add(DecodeSegment.newBuilder()
                .setVideoId(decision.getVideoId())
                .setIndex(segments.size())
                .setCount(lastStarts.size())
                .setStartUs(number * spanUs)
                .setEndUs(lastStart + stride)
                .setCategory(decision.getCategory())
                .setVideo(video)
                .setKeptFrames(segments.isEmpty() ? decision.getKeptFrames() : "")
                .build()));
        return segments;
    }
}
