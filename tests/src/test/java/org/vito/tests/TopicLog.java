package org.vito.tests;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topic;

/** Everything committed in a topic so far, read as whoever may be sitting outside would read it. */
final class TopicLog<T extends Message> implements AutoCloseable {
    /** A message and where it lies. */
    record Entry<T>(int partition, long offset, T message) {}

    private final Topic<T> topic;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final List<Entry<T>> entries = new ArrayList<>();

    private TopicLog(Topic<T> topic, KafkaConsumer<String, byte[]> consumer) {
        this.topic = topic;
        this.consumer = consumer;
        partitions = IntStream.range(0, topic.partitions())
                .mapToObj(p -> new TopicPartition(topic.name(), p))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    static <T extends Message> TopicLog<T> open(KafkaAccess kafka, Topic<T> topic) {
        return new TopicLog<>(topic, new KafkaConsumer<>(new HashMap<String, Object>(kafka.consumer("vito-tests"))));
    }

    /** Every record up to now; those of one partition in their order. */
    List<Entry<T>> entries() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
            consumer.poll(Duration.ofMillis(200))
                    .forEach(r -> entries.add(new Entry<>(r.partition(), r.offset(), topic.read(r))));
        }
        return List.copyOf(entries);
    }

    /** Every message up to now. */
    List<T> messages() {
        return entries().stream().map(Entry::message).toList();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
