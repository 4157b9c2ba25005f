package org.vito.decode.child;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The spans of a video in which frames are missing or not what they were, as far as libav notices. Told of packets in the order
 * in which they are decoded and of frames in that in which they are presented; times are ticks of the stream.
 *
 * <p>What refers to a broken frame is broken as well, though nothing in it says so. So from the first packet that is broken on, in
 * decoding order, no frame is sound until a keyframe is presented whose own packet comes after the last broken one: frames that
 * are presented before that keyframe may lean on those before it, those after it do not. Frames that were decoded after the
 * broken packet may be presented before it is known, so the last ones are remembered.
 */
final class Damage {
    /** No frame from {@code start} on and before {@code end} is sound. */
    record Span(long start, long end, String reason) {}

    private record Broken(long packet, long ticks, String reason) {}

    private static final long NONE = Long.MAX_VALUE;
    private static final int REMEMBERED = 32; // a decoder holds back 16 frames at most
    private static final int MOST_SPANS = 256; // beyond which the last one grows
    private static final int MOST_UNSURE = 256;

    private final List<Span> spans = new ArrayList<>();
    private final long[] packets = new long[REMEMBERED];
    private final long[] times = new long[REMEMBERED];
    private final ArrayDeque<Broken> unsure = new ArrayDeque<>();
    private int presented;
    private boolean entering = true;
    private long brokenFrom = NONE;
    private long brokenUpTo;
    private long start = Libav.NO_TIME;
    private long end = Libav.NO_TIME;
    private String reason = "";

    /**
     * A packet that does not decode, or not as it should.
     *
     * @param packet its number in decoding order
     * @param ticks when it would be presented, or NO_TIME
     */
    void broken(long packet, long ticks, String why) {
        if (!entering) {
            note(packet, ticks, why);
        } else if (unsure.size() < MOST_UNSURE) {
            unsure.add(new Broken(packet, ticks, why));
        }
    }

    /**
     * The next frame that is presented.
     *
     * @param packet number of the packet that it was in
     * @param why what is wrong with it, null if nothing
     * @param ticks its time
     * @param after the time at which the next one is due
     */
    void presented(long packet, boolean key, @Nullable String why, long ticks, long after) {
        if (entering) {
            enter(packet);
        }
        if (why != null) {
            note(packet, ticks, why);
        }
        if (brokenFrom != NONE && key && packet > brokenUpTo) {
            finish(ticks);
        }
        if (packet >= brokenFrom) {
            start = start == Libav.NO_TIME ? ticks : Math.min(start, ticks);
        }
        packets[presented % REMEMBERED] = packet;
        times[presented % REMEMBERED] = ticks;
        presented++;
        end = after;
    }

    /** What broke before the first frame, or the first one after a jump, only counts if it was decoded after it. */
    private void enter(long packet) {
        entering = false;
        unsure.stream()
                .filter(broken -> broken.packet() > packet)
                .forEach(broken -> note(broken.packet(), broken.ticks(), broken.reason()));
        unsure.clear();
    }

    private void note(long packet, long ticks, String why) {
        if (brokenFrom == NONE) {
            reason = why;
            start = ticks;
        } else if (ticks != Libav.NO_TIME) {
            start = start == Libav.NO_TIME ? ticks : Math.min(start, ticks);
        }
        brokenFrom = Math.min(brokenFrom, packet);
        brokenUpTo = Math.max(brokenUpTo, packet);
        for (int i = 0; i < Math.min(presented, REMEMBERED); i++) {
            if (packets[i] > packet) {
                start = start == Libav.NO_TIME ? times[i] : Math.min(start, times[i]);
            }
        }
    }

    private void finish(long at) {
        long from = start == Libav.NO_TIME ? end : start;
        if (from < at) {
            add(new Span(from, at, reason));
        }
        brokenFrom = NONE;
        brokenUpTo = 0;
        start = Libav.NO_TIME;
    }

    private void add(Span span) {
        if (spans.size() < MOST_SPANS) {
            spans.add(span);
        } else {
            Span last = spans.get(MOST_SPANS - 1);
            spans.set(
                    MOST_SPANS - 1,
                    new Span(
                            Math.min(last.start(), span.start()),
                            Math.max(last.end(), span.end()),
                            "more damage than is listed"));
        }
    }

    /** After a jump: packets that are decoded from now on do not lean on those before. */
    void jumped() {
        if (brokenFrom != NONE) {
            finish(start == Libav.NO_TIME ? end : Math.max(end, start + 1));
        }
        unsure.clear();
        presented = 0;
        Arrays.fill(packets, 0);
        entering = true;
    }

    /** What is broken up to the frame presented last, in the order in which it was met. */
    List<Span> spans() {
        if (brokenFrom == NONE || (start == Libav.NO_TIME && end == Libav.NO_TIME)) {
            return List.copyOf(spans);
        }
        List<Span> all = new ArrayList<>(spans);
        long from = start == Libav.NO_TIME ? end : start;
        all.add(new Span(from, Math.max(end, from + 1), reason));
        return List.copyOf(all);
    }
}
