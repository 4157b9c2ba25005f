package org.vito.decode;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topic;

/** What is committed to a topic, as far back as it is kept, each record once. Not safe for use by several threads; blocks. */
final class CommittedRecords implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Topic<?> topic;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions;

    CommittedRecords(KafkaAccess kafka, Topic<?> topic, String client) {
        this.topic = topic;
        Map<String, Object> properties = new HashMap<>(kafka.reader(client));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG); // reads by itself, commits nothing
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, String.valueOf(TIMEOUT.toMillis()));
        consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
        try {
            partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        } catch (RuntimeException e) {
            consumer.close(Duration.ZERO);
            throw e;
        }
    }

    /**
     * Hands everything to {@code reader} that was committed until now and since the last call.
     *
     * @throws RetriableException {@link Reason#KAFKA} if the topic cannot be read to its end
     */
    void catchUp(Consumer<ConsumerRecord<String, byte[]>> reader) {
        try {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, TIMEOUT);
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (!reached(ends)) {
                consumer.poll(POLL).forEach(reader);
                if (System.nanoTime() - deadline > 0) {
                    throw new RetriableException(
                            Reason.KAFKA,
                            "%s was not read to its end within %d s"
                                    .formatted(topic, TimeUnit.NANOSECONDS.toSeconds(TIMEOUT.toNanos())));
                }
            }
        } catch (KafkaException e) {
            throw new RetriableException(Reason.KAFKA, topic + " cannot be read: " + e.getMessage(), e);
        }
    }

    private boolean reached(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey(), TIMEOUT) >= end.getValue());
    }

    @Override
    public void close() {
        consumer.close(Duration.ofSeconds(5));
    }
}
