package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;

import java.util.Arrays;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.vito.decode.child.v1.Limits;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A video read forwards, with the last two frames at hand, and able to jump ahead. Times are ticks of the stream, except
 * where {@code Us} says microseconds from the first frame.
 */
final class FrameReader implements AutoCloseable {
    private static final int FRAMES_WORTH_A_SEEK = 16; // decoding fewer is cheaper than emptying the decoder
    private static final long BLIND_SEEK_US = 10_000_000; // without an index a seek reads here and there
    private static final int TRIES = 4;

    private final String path;
    private final Limits limits;
    private VideoInput input;
    private FrameClock clock;
    private AVFrame earlier = Libav.allocated(av_frame_alloc());
    private AVFrame later = Libav.allocated(av_frame_alloc());
    private long earlierTicks = Libav.NO_TIME;
    private long laterTicks = Libav.NO_TIME;
    private long originTicks;
    private long[] keyframes;
    private long reorderTicks;
    private boolean mayJump = true;
    private boolean ended;
    private long decodedBefore;
    private long seeks;

    private FrameReader(String path, Limits limits, VideoInput input) {
        this.path = path;
        this.limits = limits;
        this.input = input;
        this.clock = new FrameClock(input.frameTicks());
        this.keyframes = new long[0];
    }

    /** Opens {@code path} and decodes its first frame, from which all times count. */
    static FrameReader open(String path, Limits limits) {
        FrameReader reader = new FrameReader(path, limits, VideoInput.open(path, limits));
        try {
            reader.keyframes = reader.input.keyframes();
            reader.first();
            if (reader.keyframes.length > 0) {
                reader.reorderTicks = Math.max(0, reader.originTicks - reader.keyframes[0]);
            }
            return reader;
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    private void first() {
        do {
            if (!input.next(later)) {
                throw new VitoException(
                        Reason.DAMAGED_VIDEO, "%s: no frame can be decoded: %s".formatted(path, input.trouble()));
            }
            laterTicks = clock.firstTime(later);
        } while (laterTicks == Libav.NO_TIME);
        originTicks = laterTicks;
    }

    /**
     * Reads on until the frame at hand is presented at {@code us} or later. Asked with ascending times only.
     *
     * @return false if the stream ends before; the frame at hand is then the last one
     */
    boolean reach(long us) {
        while (!ended && input.timeBase().compare(laterTicks - originTicks, us) < 0) {
            if (!jump(us)) {
                step();
            }
        }
        return input.timeBase().compare(laterTicks - originTicks, us) >= 0;
    }

    /** Of the two frames at hand, after {@link #reach}, the one nearest to {@code us}. */
    AVFrame nearest(long us) {
        return laterIsNearest(us) ? later : earlier;
    }

    /** Time of {@link #nearest}. */
    long nearestUs(long us) {
        return input.timeBase().micros((laterIsNearest(us) ? laterTicks : earlierTicks) - originTicks);
    }

    private boolean laterIsNearest(long us) {
        return earlierTicks == Libav.NO_TIME
                || input.timeBase().laterIsNearer(earlierTicks - originTicks, laterTicks - originTicks, us);
    }

    /** End of the last frame read. */
    long endUs() {
        return input.timeBase().micros(clock.end() - originTicks);
    }

    /** Nominal time between frames. */
    long frameUs() {
        return input.timeBase().micros(input.frameTicks());
    }

    private void step() {
        AVFrame spare = earlier;
        long ticks;
        do {
            if (!input.next(spare)) {
                ended = true;
                earlierTicks =
                        Libav.NO_TIME; // what was in it is gone, and the last frame is nearer to all that follows
                return;
            }
            ticks = clock.time(spare);
        } while (ticks == Libav.NO_TIME);
        earlier = later;
        earlierTicks = laterTicks;
        later = spare;
        laterTicks = ticks;
    }

    /** Jumps ahead if that saves decoding. @return whether the position changed */
    private boolean jump(long us) {
        long wanted = originTicks + input.timeBase().ticks(us);
        long target = target(wanted);
        if (!mayJump || target == Libav.NO_TIME) {
            return false;
        }
        long position = laterTicks;
        for (int attempt = 0; attempt < TRIES && target > position - reorderTicks; attempt++) {
            seeks++;
            if (input.seek(target) && resume() && laterTicks <= wanted) {
                if (laterTicks > position) {
                    return true;
                }
                break;
            }
            target = keyframes.length > 0
                    ? before(target - 1)
                    : target - (input.timeBase().ticks(1_000_000) << attempt);
        }
        startOver();
        return true;
    }

    /** Where to seek for a frame at {@code wanted}, or NO_TIME if decoding on is as good. */
    private long target(long wanted) {
        if (keyframes.length == 0) {
            return wanted - laterTicks > input.timeBase().ticks(BLIND_SEEK_US) ? wanted : Libav.NO_TIME;
        }
        long target = before(wanted - reorderTicks);
        long skipped = target == Libav.NO_TIME ? 0 : target + reorderTicks - laterTicks;
        return skipped > FRAMES_WORTH_A_SEEK * input.frameTicks() ? target : Libav.NO_TIME;
    }

    /** The last keyframe of the index at or before {@code ticks}, or NO_TIME. */
    private long before(long ticks) {
        int found = Arrays.binarySearch(keyframes, ticks);
        int at = found >= 0 ? found : -found - 2;
        return at < 0 ? Libav.NO_TIME : keyframes[at];
    }

    /** After a seek, takes the first key frame as the frame at hand; frames before it lean on what was not decoded. */
    private boolean resume() {
        clock.reset();
        earlierTicks = Libav.NO_TIME;
        av_frame_unref(earlier);
        while (input.next(later)) {
            if (VideoInput.isKey(later)) {
                laterTicks = clock.time(later);
                return laterTicks != Libav.NO_TIME;
            }
        }
        return false;
    }

    /** Opens the file anew and gives up jumping: for files whose index or times cannot be relied on. */
    private void startOver() {
        mayJump = false;
        decodedBefore += input.decodedFrames();
        input.close();
        input = VideoInput.open(path, limits);
        clock = new FrameClock(input.frameTicks());
        av_frame_unref(earlier);
        earlierTicks = Libav.NO_TIME;
        first();
    }

    VideoInput input() {
        return input;
    }

    long decodedFrames() {
        return decodedBefore + input.decodedFrames();
    }

    long seeks() {
        return seeks;
    }

    @Override
    public void close() {
        av_frame_free(earlier);
        av_frame_free(later);
        input.close();
    }
}
