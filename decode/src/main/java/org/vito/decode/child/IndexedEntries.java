package org.vito.decode.child;

import java.util.Arrays;

/**
 * Keyframes as the container's index lists them. It tells times of decoding, which presentation lags behind; but for a seek
 * libav takes a time of presentation in mov, mp4 and their like, and one of the index in others.
 */
final class IndexedEntries implements EntryPoints {
    private static final int MOST_FRAMES_OF_LAG = 16;

    private final VideoInput input;
    private final long[] keyframes;
    private final boolean seeksPresentation;
    private final long mostLag;
    private long lag;

    /**
     * @param keyframes times in the index, ascending, at least one
     * @param origin time at which the first frame is presented
     */
    IndexedEntries(VideoInput input, long[] keyframes, long origin) {
        this.input = input;
        this.keyframes = keyframes;
        this.lag = Math.max(0, origin - keyframes[0]);
        this.seeksPresentation = input.container().name().contains("mov");
        this.mostLag = MOST_FRAMES_OF_LAG * input.frameTicks();
    }

    @Override
    public long before(long ticks, long from) {
        int found = Arrays.binarySearch(keyframes, ticks - lag);
        int at = found >= 0 ? found : -found - 2;
        // no frame is presented before it is decoded, however wrong the lag
        return at < 0 || keyframes[at] <= from ? Libav.NO_TIME : keyframes[at] + lag;
    }

    @Override
    public boolean enter(long entry) {
        return input.seek(seeksPresentation ? entry : entry - lag);
    }

    @Override
    public void entered(long entry, long presented) {
        long more = presented - entry; // open groups of pictures lag by the frames before their keyframe
        if (more > 0 && lag + more <= mostLag) {
            lag += more;
        }
    }

    @Override
    public void close() {}
}
