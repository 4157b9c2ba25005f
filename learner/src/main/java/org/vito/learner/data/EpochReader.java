package org.vito.learner.data;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Reads the ranges of one epoch in a fixed order: one record of each partition in turn, each partition up to its end. */
final class EpochReader {
    private final ClipSource source;
    private final TreeMap<Integer, Range> ranges;
    private final TreeMap<Integer, Long> next;
    private int turn;

    /** Continues where {@code next} and {@code turn} say. */
    EpochReader(ClipSource source, SortedMap<Integer, Range> ranges, SortedMap<Integer, Long> next, int turn) {
        this.source = source;
        this.ranges = new TreeMap<>(ranges);
        this.next = new TreeMap<>(next);
        this.turn = turn;
        source.seek(this.next);
    }

    /** Begins with the first record of each range. */
    static EpochReader begin(ClipSource source, SortedMap<Integer, Range> ranges) {
        TreeMap<Integer, Long> next = new TreeMap<>();
        ranges.forEach((partition, range) -> next.put(partition, range.from()));
        return new EpochReader(source, ranges, next, 0);
    }

    /** The next record, or nothing at the end of the epoch. */
    @Nullable
    ConsumerRecord<String, byte[]> next() {
        for (int asked = 0; asked < ranges.size(); asked++) {
            Map.Entry<Integer, Range> due = ranges.ceilingEntry(turn);
            if (due == null) {
                due = ranges.firstEntry();
            }
            int partition = due.getKey();
            turn = partition + 1;
            long to = due.getValue().to();
            if (next.getOrDefault(partition, to) < to) {
                ConsumerRecord<String, byte[]> record = source.next(partition, to);
                next.put(partition, record == null ? to : record.offset() + 1);
                if (record != null) {
                    return record;
                }
            }
        }
        return null;
    }

    /** The ranges with their ends moved to the end of what the topic holds now. */
    SortedMap<Integer, Range> extendedTo(SortedMap<Integer, Range> extent) {
        TreeMap<Integer, Range> extended = new TreeMap<>(ranges);
        extent.forEach((partition, now) -> extended.merge(
                partition, now, (before, x) -> new Range(before.from(), Math.max(before.to(), now.to()))));
        return extended;
    }

    SortedMap<Integer, Range> ranges() {
        return ranges;
    }

    SortedMap<Integer, Long> positions() {
        return next;
    }

    int turn() {
        return turn;
    }
}
