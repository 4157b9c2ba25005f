package org.vito.learner.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.Clip;

/** A clips topic in memory, with the gaps that transactions leave. Sources made from one topic share its records. */
final class MemoryClipSource implements ClipSource {
    /** The records; null is a gap. */
    static final class Topic {
        private final List<List<byte @Nullable []>> partitions = new ArrayList<>();

        Topic(int count) {
            for (int i = 0; i < count; i++) {
                partitions.add(new ArrayList<>());
            }
        }

        void add(int partition, Clip clip) {
            add(partition, clip.toByteArray());
        }

        void add(int partition, byte @Nullable [] value) {
            partitions.get(partition).add(value);
        }

        void gap(int partition) {
            partitions.get(partition).add(null);
        }

        /** Makes gaps of everything. */
        void forget() {
            partitions.forEach(records -> records.replaceAll(r -> null));
        }
    }

    private final Topic topic;
    private final Map<Integer, Integer> next = new HashMap<>();
    private volatile boolean stopped;
    private Runnable beforeExtent = () -> {};

    MemoryClipSource(Topic topic) {
        this.topic = topic;
    }

    /** Runs {@code action} before each look at what the topic holds. */
    MemoryClipSource beforeExtent(Runnable action) {
        beforeExtent = action;
        return this;
    }

    @Override
    public SortedMap<Integer, Range> extent() {
        throwIfStopped();
        beforeExtent.run();
        TreeMap<Integer, Range> extent = new TreeMap<>();
        for (int p = 0; p < topic.partitions.size(); p++) {
            extent.put(p, new Range(0, topic.partitions.get(p).size()));
        }
        return extent;
    }

    @Override
    public void seek(Map<Integer, Long> positions) {
        next.clear();
        positions.forEach((p, offset) -> next.put(p, Math.toIntExact(offset)));
    }

    @Override
    public @Nullable ConsumerRecord<String, byte[]> next(int partition, long to) {
        throwIfStopped();
        List<byte @Nullable []> records = topic.partitions.get(partition);
        int position = next.getOrDefault(partition, 0);
        while (position < to) {
            byte[] value = records.get(position++);
            next.put(partition, position);
            if (value != null) {
                return record(partition, position - 1, value);
            }
        }
        return null;
    }

    @Override
    public Map<Place, ConsumerRecord<String, byte[]>> fetch(Collection<Place> places) {
        next.clear();
        Map<Place, ConsumerRecord<String, byte[]>> found = new HashMap<>();
        for (Place place : places) {
            byte[] value = topic.partitions.get(place.partition()).get((int) place.offset());
            if (value != null) {
                found.put(place, record(place.partition(), place.offset(), value));
            }
        }
        return found;
    }

    @Override
    public void wakeUp() {
        stopped = true;
    }

    @Override
    public void close() {}

    private void throwIfStopped() {
        if (stopped) {
            throw new Stopped();
        }
    }

    private static ConsumerRecord<String, byte[]> record(int partition, long offset, byte[] value) {
        return new ConsumerRecord<>(Topics.CLIPS.name(), partition, offset, "key", value);
    }
}
