package org.vito.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/**
 * The span of a video that one clip is drawn from, and the times drawn: independent and uniform over the window, as VITO's
 * marginal sampling has it (arXiv 2210.06433, section 3; "each frame drawn uniformly from the clip").
 *
 * @param clipId video id and start
 * @param startUs start of the window in microseconds from the first frame
 * @param wantedUs ascending, in [startUs, startUs + length)
 */
record ClipWindow(String clipId, long startUs, List<Long> wantedUs) {
    /** The windows that start in {@code segment} and lie whole inside its video. */
    static List<ClipWindow> of(DecodeSegment segment, DecodeSettings settings) {
        long stride = settings.window().strideUs();
        long usable = usableUs(segment.getVideo());
        List<ClipWindow> windows = new ArrayList<>();
        long first = -Math.floorDiv(-segment.getStartUs(), stride) * stride;
        for (long start = first;
                start < segment.getEndUs() && start + settings.window().lengthUs() <= usable;
                start += stride) {
            windows.add(draw(segment.getVideoId() + "@" + start, start, settings));
        }
        return windows;
    }

    private static ClipWindow draw(String clipId, long startUs, DecodeSettings settings) {
        CounterRandom random = CounterRandom.of(settings.seed(), clipId, 0, 0);
        List<Long> wanted = LongStream.generate(() -> startUs
                        + (long) (random.nextDouble() * settings.window().lengthUs()))
                .limit(settings.window().framesPerClip())
                .sorted()
                .boxed()
                .toList();
        return new ClipWindow(clipId, startUs, wanted);
    }

    /** Length of a video for the question whether a window lies inside: half a frame more than stated, for rounding. */
    static long usableUs(StoredVideo video) {
        double rate = video.getFramesPerSecond();
        return video.getDurationUs() + (rate > 0 ? Math.round(500_000 / rate) : 0);
    }
}
