package org.vito.ingest;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topic;

/** Reads what is committed to a topic from one end to the other; blocks meanwhile. */
final class CommittedRecords {
    private static final Logger LOG = LoggerFactory.getLogger(CommittedRecords.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private CommittedRecords() {}

    /** Told of each record, the oldest of a partition first; tombstones and damaged records are left out. */
    interface Visitor<T> {
        void see(ConsumerRecord<String, byte[]> record, T message);
    }

    /** Shows everything. @throws RetriableException if Kafka does not answer */
    static <T extends Message> void visit(KafkaAccess kafka, Topic<T> topic, Visitor<T> visitor) {
        Map<String, Object> properties = properties(kafka, "");
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            read(consumer, partitions, topic, visitor);
        } catch (KafkaException e) {
            throw unreadable(topic, e);
        }
    }

    /** Shows what the consumer group {@code group} has not done yet. @throws RetriableException if Kafka does not answer */
    static <T extends Message> void visitUndone(KafkaAccess kafka, Topic<T> topic, String group, Visitor<T> visitor) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties(kafka, group))) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            Map<TopicPartition, OffsetAndMetadata> done = consumer.committed(Set.copyOf(partitions));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            done.forEach((partition, offset) -> {
                if (offset != null) {
                    consumer.seek(partition, offset);
                }
            });
            read(consumer, partitions, topic, visitor);
        } catch (KafkaException e) {
            throw unreadable(topic, e);
        }
    }

    private static Map<String, Object> properties(KafkaAccess kafka, String group) {
        Map<String, Object> properties = new HashMap<>(kafka.consumer(group));
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, String.valueOf(SILENCE.toMillis()));
        return properties;
    }

    private static List<TopicPartition> partitions(KafkaConsumer<String, byte[]> consumer, Topic<?> topic) {
        return consumer.partitionsFor(topic.name()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private static <T extends Message> void read(
            KafkaConsumer<String, byte[]> consumer,
            List<TopicPartition> partitions,
            Topic<T> topic,
            Visitor<T> visitor) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long deadline = System.nanoTime() + SILENCE.toNanos();
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                show(record, topic, visitor);
                deadline = System.nanoTime() + SILENCE.toNanos();
            }
            if (System.nanoTime() > deadline) {
                throw new RetriableException(
                        Reason.KAFKA, "Kafka delivered nothing of %s for %s".formatted(topic, SILENCE));
            }
        }
    }

    private static <T extends Message> void show(
            ConsumerRecord<String, byte[]> record, Topic<T> topic, Visitor<T> visitor) {
        if (record.value() == null) {
            return;
        }
        T message;
        try {
            message = topic.read(record);
        } catch (DamagedRecordException e) {
            LOG.warn("a record is passed over: {}", e.getMessage());
            return;
        }
        visitor.see(record, message);
    }

    private static RetriableException unreadable(Topic<?> topic, KafkaException e) {
        return new RetriableException(Reason.KAFKA, topic + " cannot be read: " + e.getMessage(), e);
    }
}
