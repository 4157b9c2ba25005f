package org.vito.decode.child;

import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Presentation times of successive frames, for streams that are not careful with them. A frame without a time follows the
 * one before at the nominal rate; a frame that would not be later than the one before has no time of its own and is
 * passed over, as a player would. Negative times need no care: times are told from the first frame.
 */
final class FrameClock {
    private final long frameTicks;
    private long last = Libav.NO_TIME;
    private long lastDuration;

    FrameClock(long frameTicks) {
        this.frameTicks = frameTicks;
        this.lastDuration = frameTicks;
    }

    /** The time of {@code frame} in ticks, or {@link Libav#NO_TIME} if it is to be passed over. */
    long time(AVFrame frame) {
        return time(frame.best_effort_timestamp(), frame.duration());
    }

    long time(long stated, long duration) {
        long time = stated != Libav.NO_TIME ? stated : last != Libav.NO_TIME ? last + lastDuration : Libav.NO_TIME;
        if (time == Libav.NO_TIME || (last != Libav.NO_TIME && time <= last)) {
            return Libav.NO_TIME;
        }
        last = time;
        lastDuration = duration > 0 ? duration : frameTicks;
        return time;
    }

    /** Starts without a time before, at the beginning of a file: a first frame without a time is at {@code 0}. */
    long firstTime(AVFrame frame) {
        long stated = frame.best_effort_timestamp();
        return time(stated == Libav.NO_TIME ? 0 : stated, frame.duration());
    }

    /** The end of the frame told last, in ticks. */
    long end() {
        return last + lastDuration;
    }

    /** Forgets the frame before, after a seek. */
    void reset() {
        last = Libav.NO_TIME;
        lastDuration = frameTicks;
    }
}
