package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_ERROR;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_FATAL;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.jspecify.annotations.Nullable;
import org.vito.decode.child.v1.Lost;
import org.vito.decode.child.v1.Request;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A video read forwards, with the last two frames at hand, and able to jump ahead. Times are ticks of the stream, except
 * where {@code Us} says microseconds from the first frame.
 */
final class FrameReader implements AutoCloseable {
    private static final int FRAMES_WORTH_A_SEEK = 1; // decoding so few is no dearer than emptying the decoder
    private static final int TRIES = 4;

    private final Request request;
    private final Damage damage = new Damage();
    private final @Nullable ShotCuts cuts;
    private VideoInput input;
    private FrameClock clock;
    private AVFrame earlier = Libav.allocated(av_frame_alloc());
    private AVFrame later = Libav.allocated(av_frame_alloc());
    private long earlierTicks = Libav.NO_TIME;
    private long laterTicks = Libav.NO_TIME;
    private long originTicks;
    private long number;
    private long keyNumber;
    private long earlierKeyNumber;
    private @Nullable EntryPoints entries;
    private long enteredForUs = -1;
    private boolean ended;
    private long decodedBefore;
    private long seeks;

    private FrameReader(Request request) {
        this.request = request;
        this.input = VideoInput.open(request, damage);
        this.clock = new FrameClock(input.frameTicks());
        this.cuts = request.getSample().getCuts() ? new ShotCuts() : null;
    }

    /** Opens the video and decodes its first frame, from which all times count. */
    static FrameReader open(Request request) {
        FrameReader reader = new FrameReader(request);
        try {
            reader.begin();
            return reader;
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    private void begin() {
        long[] keyframes = new long[0];
        if (!countsFrames()) {
            keyframes = input.indexedKeyframes();
            if (keyframes.length == 1) { // as good as none, and entries that are scanned count packets from the start
                reopen();
                keyframes = new long[0];
            }
        }
        first();
        if (!countsFrames()) {
            entries = keyframes.length > 0
                    ? new IndexedEntries(input, keyframes, originTicks)
                    : new ScannedEntries(request, input);
        }
    }

    /** Whether every frame is decoded, so that frames can be numbered, or the first ones be taken. */
    private boolean countsFrames() {
        return request.getSample().getNumbered() || request.getSample().getFirst() > 0;
    }

    private void reopen() {
        input.close();
        input = VideoInput.open(request, damage);
        clock = new FrameClock(input.frameTicks());
    }

    private void first() {
        do {
            if (!input.next(later)) {
                throw new VitoException(
                        Reason.DAMAGED_VIDEO,
                        "%s: no frame can be decoded: %s".formatted(request.getPath(), input.trouble()));
            }
            laterTicks = clock.firstTime(later);
        } while (laterTicks == Libav.NO_TIME);
        originTicks = laterTicks;
        presented();
    }

    private void presented() {
        damage.presented(
                input.packetOf(later), FrameFlags.key(later), FrameFlags.trouble(later), laterTicks, clock.end());
        if (cuts != null) {
            cuts.see(later, laterTicks);
        }
    }

    /**
     * Reads on until it is certain which frame is the nearest to {@code us}: one presented then or later is at hand, or none
     * that follows can be nearer. Asked with ascending times only.
     *
     * @return false if the stream ends before; the frame at hand is then the last one
     */
    boolean reach(long us) {
        if (!countsFrames()) {
            input.needFrom(originTicks + input.timeBase().ticksUpTo(us));
        }
        while (!ended && !isCertain(us)) {
            if (!jump(us)) {
                step();
            }
        }
        return isCertain(us);
    }

    private boolean isCertain(long us) {
        if (input.timeBase().compare(laterTicks - originTicks, us) >= 0) {
            return true;
        }
        if (countsFrames() || cuts != null) { // the next frame counts, or tells whether this one begins a shot
            return false;
        }
        long next = input.nextIsNotBefore(laterTicks);
        return !input.timeBase().laterIsNearer(laterTicks - originTicks, next - originTicks, us);
    }

    /** Reads the next frame. @return whether there is one; if not, the frame at hand stays */
    boolean advance() {
        step();
        return !ended;
    }

    /** The frame at hand, read last. */
    AVFrame latest() {
        return later;
    }

    /** Time of {@link #latest}. */
    long latestUs() {
        return input.timeBase().micros(laterTicks - originTicks);
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

    /** Number of {@link #nearest} in order of presentation, from 0. Only right if the request asks for numbers. */
    long nearestNumber(long us) {
        return laterIsNearest(us) ? number : number - 1;
    }

    /** Number of the last keyframe up to {@link #nearest}, as right as {@link #nearestNumber}. */
    long nearestKeyNumber(long us) {
        return laterIsNearest(us) ? keyNumber : earlierKeyNumber;
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
        presented();
        number++;
        earlierKeyNumber = keyNumber;
        keyNumber = FrameFlags.key(later) ? number : keyNumber;
    }

    /** Jumps ahead if that saves decoding. @return whether the position changed */
    private boolean jump(long us) {
        if (entries == null || us == enteredForUs) {
            return false;
        }
        long wanted = originTicks + input.timeBase().ticks(us);
        long entry = entries.before(wanted, laterTicks + FRAMES_WORTH_A_SEEK * input.frameTicks());
        if (entry == Libav.NO_TIME) {
            return false;
        }
        long position = laterTicks;
        for (int attempt = 0; attempt < TRIES && entry > position; attempt++) {
            seeks++;
            if (entries.enter(entry) && resume()) {
                entries.entered(entry, laterTicks);
                if (laterTicks > position && laterTicks <= wanted) {
                    enteredForUs = us;
                    return true;
                }
                if (laterTicks <= position) {
                    break;
                }
            }
            entry = entries.before(entry - 1, position);
        }
        startOver();
        return true;
    }

    /** After a seek, takes the first key frame as the frame at hand; frames before it lean on what was not decoded. */
    private boolean resume() {
        clock.reset();
        damage.jumped();
        earlierTicks = Libav.NO_TIME;
        av_frame_unref(earlier);
        av_log_set_level(AV_LOG_FATAL); // of frames whose references were jumped over it complains in vain
        try {
            while (input.next(later)) {
                if (FrameFlags.key(later)) {
                    laterTicks = clock.time(later);
                    if (laterTicks == Libav.NO_TIME) {
                        return false;
                    }
                    presented();
                    return true;
                }
            }
            return false;
        } finally {
            av_log_set_level(AV_LOG_ERROR);
        }
    }

    /** Opens the file anew and gives up jumping: for files whose index or times cannot be relied on. */
    private void startOver() {
        closeEntries();
        decodedBefore += input.decodedFrames();
        damage.jumped();
        if (cuts != null) {
            cuts.clear();
        }
        reopen();
        av_frame_unref(earlier);
        earlierTicks = Libav.NO_TIME;
        first();
    }

    private void closeEntries() {
        if (entries != null) {
            entries.close();
            entries = null;
        }
    }

    /** What of the frames read so far is not sound, in the order in which it was met; may overlap. */
    List<Lost> lost() {
        return damage.spans().stream()
                .map(span -> Lost.newBuilder()
                        .setStartUs(input.timeBase().micros(span.start() - originTicks))
                        .setEndUs(input.timeBase().micros(span.end() - originTicks))
                        .setReason(span.reason())
                        .build())
                .toList();
    }

    /** First frames of shots among the frames read so far, if the request asks for them. */
    List<Long> cutsUs() {
        return cuts == null
                ? List.of()
                : Arrays.stream(cuts.cuts())
                        .mapToObj(ticks -> input.timeBase().micros(ticks - originTicks))
                        .toList();
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
        closeEntries();
        if (cuts != null) {
            cuts.close();
        }
        input.close();
    }
}
