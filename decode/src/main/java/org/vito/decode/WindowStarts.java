package org.vito.decode;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.StoredVideo;

/**
 * Where the windows of a video start: at every multiple of the stride from which a whole window fits, or, if there are more
 * of them than a video may have, at so many of these, every subset of that size being equally likely. Which ones depends on
 * the seed and the video alone, so whoever asks gets the same.
 */
final class WindowStarts {
    private WindowStarts() {}

    /**
     * Starts in microseconds from the first frame, ascending; empty if not one whole window fits.
     *
     * @throws VitoException {@link Reason#TOO_LARGE} if the video says that it lasts longer than videos may
     */
    static LongStream of(String videoId, StoredVideo video, DecodeSettings settings) {
        DecodeSettings.Window window = settings.window();
        long longest = settings.limits().maxDurationUs();
        if (video.getDurationUs() > longest) {
            throw new VitoException(
                    Reason.TOO_LARGE,
                    "video %s lasts %d us; at most %d us are allowed"
                            .formatted(videoId, video.getDurationUs(), longest));
        }
        long room = usableUs(video) - window.lengthUs();
        if (room < 0) {
            return LongStream.empty();
        }
        long all = room / window.strideUs() + 1;
        LongStream chosen = window.perVideo() == 0 || all <= window.perVideo()
                ? LongStream.range(0, all)
                : subset(
                                Math.toIntExact(all),
                                window.perVideo(),
                                CounterRandom.of(settings.seed(), "windows of " + videoId, 0, 0))
                        .stream()
                        .mapToLong(Integer::longValue);
        return chosen.map(i -> i * window.strideUs());
    }

    // Floyd's: for each of the last `size` numbers below n, one number up to it, or itself if that one is taken already
    // (Bentley and Floyd, "A sample of brilliance", CACM 30 (9), 1987).
    private static Set<Integer> subset(int n, int size, CounterRandom random) {
        Set<Integer> chosen = new TreeSet<>();
        for (int last = n - size; last < n; last++) {
            if (!chosen.add(random.nextInt(last + 1))) {
                chosen.add(last);
            }
        }
        return chosen;
    }

    /** Length of a video for the question whether a window lies inside: half a frame more than stated, for rounding. */
    private static long usableUs(StoredVideo video) {
        double rate = video.getFramesPerSecond();
        return video.getDurationUs() + (rate > 0 ? Math.round(500_000 / rate) : 0);
    }
}
