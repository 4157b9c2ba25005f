package org.vito.decode;

import java.util.ArrayList;
import java.util.List;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** Cuts a video into segments, each a whole number of window strides, so that every window starts in exactly one. */
final class SegmentPlan {
    private SegmentPlan() {}

    /**
     * The segments of an accepted video, in order.
     *
     * @throws VitoException {@link Reason#TOO_SHORT} if not one whole window fits into the video
     */
    static List<DecodeSegment> of(CurationDecision decision, DecodeSettings settings) {
        StoredVideo video = decision.getVideo();
        long stride = settings.window().strideUs();
        long room = ClipWindow.usableUs(video) - settings.window().lengthUs();
        if (room < 0) {
            throw new VitoException(
                    Reason.TOO_SHORT,
                    "video %s lasts %d us; one window needs %d us"
                            .formatted(
                                    decision.getVideoId(),
                                    video.getDurationUs(),
                                    settings.window().lengthUs()));
        }
        long windows = room / stride + 1;
        long perSegment = Math.max(1, settings.segmentUs() / stride);
        int count = Math.toIntExact((windows + perSegment - 1) / perSegment);
        List<DecodeSegment> segments = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            segments.add(DecodeSegment.newBuilder()
                    .setVideoId(decision.getVideoId())
                    .setIndex(i)
                    .setCount(count)
                    .setStartUs(i * perSegment * stride)
                    .setEndUs(Math.min((i + 1) * perSegment, windows) * stride)
                    .setCategory(decision.getCategory())
                    .setVideo(video)
                    .build());
        }
        return segments;
    }
}
