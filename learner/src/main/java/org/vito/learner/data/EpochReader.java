package org.vito.learner.data;

import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads one epoch: its fresh records and, after each, as many replayed ones as the ratio allows by then.
 *
 * <p>Replay goes through the history in reading order, on from where the epoch before left off, and from its end round to
 * its beginning, but within one epoch not past where it started: so a record comes at most once an epoch, and none comes
 * again before all the others have come.
 */
final class EpochReader {
    private final RangeReader fresh;
    private final ClipSource historySource;
    private final double ratio;
    private final ReplayState begun;
    private RangeReader replay;
    private boolean wrapped;
    private long given;
    private long freshRead;

    /**
     * Continues where the states say.
     *
     * @param historySource another reader of the same topic, since both sides have positions of their own
     * @param ratio replayed records for each fresh one
     */
    EpochReader(RangeReader fresh, ClipSource historySource, double ratio, ReplayState state) {
        this.fresh = fresh;
        this.historySource = historySource;
        this.ratio = ratio;
        begun = state;
        wrapped = state.wrapped();
        given = state.given();
        freshRead = state.fresh();
        replay = new RangeReader(historySource, replayed(wrapped), state.next(), state.turn());
    }

    /** The next record, or nothing at the end of the epoch. */
    @Nullable
    ConsumerRecord<String, byte[]> next() {
        if (given < begun.extra() + (long) Math.floor(ratio * freshRead)) {
            ConsumerRecord<String, byte[]> old = replayed();
            if (old != null) {
                given++;
                return old;
            }
        }
        ConsumerRecord<String, byte[]> record = fresh.next();
        if (record != null) {
            freshRead++;
        }
        return record;
    }

    RangeReader fresh() {
        return fresh;
    }

    ReplayState replay() {
        return new ReplayState(
                begun.history(),
                begun.start(),
                replay.positions(),
                replay.turn(),
                wrapped,
                given,
                freshRead,
                begun.extra());
    }

    private @Nullable ConsumerRecord<String, byte[]> replayed() {
        ConsumerRecord<String, byte[]> record = replay.next();
        if (record == null && !wrapped) {
            wrapped = true;
            replay = RangeReader.begin(historySource, replayed(true));
            record = replay.next();
        }
        return record;
    }

    /** The part of the history from the start on, or the part before it. */
    private SortedMap<Integer, Range> replayed(boolean beforeStart) {
        TreeMap<Integer, Range> part = new TreeMap<>();
        begun.history().forEach((partition, range) -> {
            long start = begun.start().getOrDefault(partition, range.from());
            part.put(partition, beforeStart ? new Range(range.from(), start) : new Range(start, range.to()));
        });
        return part;
    }
}
