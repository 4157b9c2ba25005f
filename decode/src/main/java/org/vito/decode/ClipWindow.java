package org.vito.decode;

import java.util.List;
import java.util.stream.LongStream;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.v1.DecodeSegment;

/**
 * The span of a video that one clip is drawn from, and the times of the frames that it keeps: independent and uniform over
 * the window, as VITO's marginal sampling has it (arXiv 2210.06433, section 3; "each frame drawn uniformly from the clip"),
 * or all at a given rate from the window's start.
 *
 * @param clipId video id and start
 * @param startUs start of the window in microseconds from the first frame
 * @param wantedUs ascending, in [startUs, startUs + length)
 */
record ClipWindow(String clipId, long startUs, List<Long> wantedUs) {
    /**
     * The windows that start in {@code segment} and lie whole inside its video.
     *
     * @throws org.vito.protocol.VitoException as {@link WindowStarts#of}
     */
    static List<ClipWindow> of(DecodeSegment segment, DecodeSettings settings) {
        return WindowStarts.of(segment.getVideoId(), segment.getVideo(), settings)
                .filter(start -> start >= segment.getStartUs() && start < segment.getEndUs())
                .mapToObj(start -> at(segment.getVideoId() + "@" + start, start, settings))
                .toList();
    }

    private static ClipWindow at(String clipId, long startUs, DecodeSettings settings) {
        DecodeSettings.Window window = settings.window();
        LongStream offsets =
                switch (window.keep()) {
                    case DRAWS -> draws(clipId, settings);
                    case RATE -> LongStream.range(0, window.framesPerClip()).map(window::offsetUs);
                };
        return new ClipWindow(
                clipId, startUs, offsets.map(us -> startUs + us).boxed().toList());
    }

    private static LongStream draws(String clipId, DecodeSettings settings) {
        CounterRandom random = CounterRandom.of(settings.seed(), clipId, 0, 0);
        return LongStream.generate(
                        () -> (long) (random.nextDouble() * settings.window().lengthUs()))
                .limit(settings.window().framesPerClip())
                .sorted();
    }
}
