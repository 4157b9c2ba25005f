package org.vito.learner.data;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;

/**
 * The clips topic in Kafka. Partitions are assigned, never subscribed to: positions belong to checkpoints, not to a consumer
 * group. A partition with records at hand is paused, so at most one fetch of each partition is held; so is one that was
 * read to its end, since a fetch that waits for what comes there would hold up the others.
 */
public final class KafkaClipSource implements ClipSource {
    private static final Logger log = LoggerFactory.getLogger(KafkaClipSource.class);
    private static final Duration POLL = Duration.ofMillis(200);
    /** Read over this many unwanted offsets rather than seek past them. */
    private static final long NEAR = 64;

    private final KafkaConsumer<String, byte[]> consumer;
    private final Duration timeout;
    private final InstantSource clock;
    private final Map<Integer, Deque<ConsumerRecord<String, byte[]>>> ahead = new HashMap<>();
    private final Set<Integer> readToEnd = new HashSet<>();
    private volatile boolean stopped;

    /** A reader that waits for an answer of Kafka for at most {@code timeout}; a broker may restart within it. */
    public KafkaClipSource(KafkaAccess kafka, String clientId, Duration timeout, InstantSource clock) {
        Map<String, Object> properties = new HashMap<>(kafka.consumer("vito-learner"));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "64");
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "100");
        consumer = new KafkaConsumer<>(properties);
        this.timeout = timeout;
        this.clock = clock;
    }

    @Override
    public SortedMap<Integer, Range> extent() {
        return reading("the extent of " + Topics.CLIPS, () -> {
            Set<TopicPartition> partitions = consumer.partitionsFor(Topics.CLIPS.name(), timeout).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .collect(Collectors.toSet());
            Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions, timeout);
            Map<TopicPartition, Long> end = consumer.endOffsets(partitions, timeout);
            TreeMap<Integer, Range> extent = new TreeMap<>();
            first.forEach(
                    (p, from) -> extent.put(p.partition(), new Range(from, Math.max(from, end.getOrDefault(p, from)))));
            return extent;
        });
    }

    @Override
    public void seek(Map<Integer, Long> next) {
        ahead.clear();
        readToEnd.clear();
        consumer.assign(next.keySet().stream().map(KafkaClipSource::partition).toList());
        next.forEach((partition, offset) -> {
            ahead.put(partition, new ArrayDeque<>());
            consumer.seek(partition(partition), offset);
        });
        consumer.resume(consumer.assignment());
    }

    @Override
    public @Nullable ConsumerRecord<String, byte[]> next(int partition, long to) {
        Deque<ConsumerRecord<String, byte[]>> waiting = queue(partition);
        if (waiting.isEmpty()) {
            TopicPartition wanted = partition(partition);
            reading("%s-%d below offset %d".formatted(Topics.CLIPS, partition, to), () -> {
                long deadline = deadline();
                while (waiting.isEmpty() && consumer.position(wanted, timeout) < to) {
                    poll(wanted, deadline);
                }
                return waiting;
            });
        }
        ConsumerRecord<String, byte[]> record = waiting.peek();
        if (record == null || record.offset() >= to) {
            readToEnd.add(partition);
            return null;
        }
        return waiting.poll();
    }

    @Override
    public Map<Place, ConsumerRecord<String, byte[]>> fetch(Collection<Place> places) {
        TreeMap<Integer, TreeSet<Long>> wanted = new TreeMap<>();
        places.forEach(
                p -> wanted.computeIfAbsent(p.partition(), x -> new TreeSet<>()).add(p.offset()));
        Map<Place, ConsumerRecord<String, byte[]>> found = new LinkedHashMap<>();
        SortedMap<Integer, Range> extent = extent();
        wanted.forEach((partition, offsets) -> {
            Range there = extent.getOrDefault(partition, new Range(0, 0));
            fetch(partition, offsets.subSet(there.from(), there.to()), found);
        });
        return found;
    }

    private void fetch(int partition, SortedSet<Long> offsets, Map<Place, ConsumerRecord<String, byte[]>> found) {
        long position = Long.MIN_VALUE;
        Iterator<Long> each = offsets.iterator();
        while (each.hasNext()) {
            long offset = each.next();
            if (position < offset - NEAR) {
                seek(Map.of(partition, offset));
            }
            ConsumerRecord<String, byte[]> record = next(partition, offset + 1);
            while (record != null && record.offset() < offset) {
                record = next(partition, offset + 1);
            }
            if (record != null) {
                found.put(new Place(partition, offset), record);
            }
            position = offset + 1;
        }
    }

    @Override
    public void wakeUp() {
        stopped = true;
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close(Duration.ofSeconds(5));
    }

    private void poll(TopicPartition wanted, long deadline) {
        ahead.forEach((partition, records) -> {
            if (partition == wanted.partition() || (records.isEmpty() && !readToEnd.contains(partition))) {
                consumer.resume(Set.of(partition(partition)));
            } else {
                consumer.pause(Set.of(partition(partition)));
            }
        });
        try {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                queue(record.partition()).add(record);
            }
        } catch (OffsetOutOfRangeException e) {
            skipRemoved(e);
        }
        if (clock.millis() > deadline) {
            throw new RetriableException(
                    Reason.KAFKA,
                    "no record of %s at or after offset %d came within %s"
                            .formatted(wanted, consumer.position(wanted, timeout), timeout));
        }
    }

    /** Goes on with the first record that retention has left; whatever else puts a position out of range is an error. */
    private void skipRemoved(OffsetOutOfRangeException e) {
        Map<TopicPartition, Long> first = consumer.beginningOffsets(e.partitions(), timeout);
        e.offsetOutOfRangePartitions().forEach((partition, offset) -> {
            long from = first.getOrDefault(partition, 0L);
            if (from <= offset) {
                throw new VitoException(
                        Reason.KAFKA,
                        "%s ends before offset %d, which was read or counted before: the topic was made anew"
                                .formatted(partition, offset),
                        e);
            }
            log.warn("{}: offsets {} to {} were removed by retention before they were read", partition, offset, from);
            consumer.seek(partition, from);
        });
    }

    private <T> T reading(String what, Supplier<T> read) {
        if (stopped) {
            throw new Stopped();
        }
        try {
            return read.get();
        } catch (WakeupException e) {
            throw new Stopped();
        } catch (org.apache.kafka.common.errors.InterruptException e) {
            throw new Stopped();
        } catch (AuthenticationException | AuthorizationException e) {
            throw new VitoException(Reason.KAFKA, "may not read " + what + ": " + e.getMessage(), e);
        } catch (KafkaException e) {
            throw new RetriableException(Reason.KAFKA, "could not read " + what + ": " + e.getMessage(), e);
        }
    }

    private long deadline() {
        return clock.millis() + timeout.toMillis();
    }

    private Deque<ConsumerRecord<String, byte[]>> queue(int partition) {
        return ahead.computeIfAbsent(partition, p -> new ArrayDeque<>());
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition(Topics.CLIPS.name(), number);
    }
}
