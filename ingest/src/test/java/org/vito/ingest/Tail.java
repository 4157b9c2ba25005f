package org.vito.ingest;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.vito.protocol.Topic;

/** Every committed message of a topic, from its beginning on. */
final class Tail<T extends Message> implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final Topic<T> topic;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final List<T> seen = new ArrayList<>();

    Tail(Topic<T> topic) {
        this.topic = topic;
        Map<String, Object> p = new HashMap<>(TestBroker.access().consumer("test"));
        p.remove(ConsumerConfig.GROUP_ID_CONFIG);
        consumer = new KafkaConsumer<>(p);
        partitions = IntStream.range(0, topic.partitions())
                .mapToObj(i -> new TopicPartition(topic.name(), i))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** What {@code wanted} accepts, as soon as there are {@code count}; fails if there are not in time. */
    synchronized List<T> await(int count, Predicate<T> wanted) {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        List<T> found = matching(wanted);
        while (found.size() < count) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "%d of %d wanted messages in %s; all: %s".formatted(found.size(), count, topic, seen));
            }
            poll();
            found = matching(wanted);
        }
        return found;
    }

    /** What {@code wanted} accepts of everything that is committed now. */
    synchronized List<T> now(Predicate<T> wanted) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
            poll();
        }
        return matching(wanted);
    }

    private void poll() {
        consumer.poll(Duration.ofMillis(50)).forEach(record -> {
            if (record.value() != null && record.value().length > 0 && record.value()[0] != 'x') {
                seen.add(topic.read(record));
            }
        });
    }

    private List<T> matching(Predicate<T> wanted) {
        return seen.stream().filter(wanted).toList();
    }

    @Override
    public synchronized void close() {
        consumer.close();
    }
}
