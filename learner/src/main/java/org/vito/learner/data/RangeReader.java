package org.vito.learner.data;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Reads ranges of the topic in a fixed order: one record of each partition in turn, each partition up to its end. */
final class RangeReader {
    private final ClipSource source;
    private final TreeMap<Integer, Range> ranges;
    private final TreeMap<Integer, Long> next;
    private int turn;

    /** Continues where {@code next} and {@code turn} say. */
    RangeReader(ClipSource source, SortedMap<Integer, Range> ranges, SortedMap<Integer, Long> next, int turn) {
        this.source = source;
        this.ranges = new TreeMap<>(ranges);
        this.next = new TreeMap<>(next);
        this.turn = turn;
        if (!this.next.isEmpty()) {
            source.seek(this.next);
        }
    }

    /** Begins with the first record of each range. */
    static RangeReader begin(ClipSource source, SortedMap<Integer, Range> ranges) {
        TreeMap<Integer, Long> next = new TreeMap<>();
        ranges.forEach((partition, range) -> next.put(partition, range.from()));
        return new RangeReader(source, ranges, next, 0);
    }

    /** The next record, or nothing at the end of all ranges. */
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
