package org.vito.decode.child;

import java.util.Arrays;

/** Keyframes as the container's index lists them. It tells times of decoding, which presentation lags behind. */
final class IndexedEntries implements EntryPoints {
    private final VideoInput input;
    private final long[] keyframes;
    private final long lag;

    /**
     * @param keyframes times in the index, ascending, at least one
     * @param origin time at which the first frame is presented
     */
    IndexedEntries(VideoInput input, long[] keyframes, long origin) {
        this.input = input;
        this.keyframes = keyframes;
        this.lag = Math.max(0, origin - keyframes[0]);
    }

    @Override
    public long before(long ticks, long from) {
        int found = Arrays.binarySearch(keyframes, ticks - lag);
        int at = found >= 0 ? found : -found - 2;
        return at < 0 ? Libav.NO_TIME : keyframes[at] + lag;
    }

    @Override
    public boolean enter(long entry) {
        return input.seek(entry - lag);
    }

    @Override
    public void close() {}
}
