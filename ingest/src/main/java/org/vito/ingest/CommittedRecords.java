package org.vito.ingest;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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
            read(consumer, partitions, topic, record -> show(record, topic, visitor));
        } catch (KafkaException e) {
            throw unreadable(topic, e);
        }
    }

    /** Shows what the consumer group {@code group} has not done yet. @throws RetriableException if Kafka does not answer */
    static <T extends Message> void visitUndone(KafkaAccess kafka, Topic<T> topic, String group, Visitor<T> visitor) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties(kafka, group))) {
            read(consumer, undone(consumer, topic), topic, record -> show(record, topic, visitor));
        } catch (KafkaException e) {
            throw unreadable(topic, e);
        }
    }

    /**
     * Shows whatever the consumer group {@code group} has not said to have done, what is not committed yet or never will be
     * included. What a transaction wrote that moved another group on is shown if that was seen before.
     *
     * @throws RetriableException if Kafka does not answer
     */
    static void visitAwaited(
            KafkaAccess kafka, Topic<?> topic, String group, Consumer<ConsumerRecord<String, byte[]>> visitor) {
        Map<String, Object> properties = properties(kafka, group);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
            read(consumer, undone(consumer, topic), topic, visitor);
        } catch (KafkaException e) {
            throw unreadable(topic, e);
        }
    }

    /** What is committed to a topic, each record shown once. Not safe for use by several threads. */
    static final class Follower implements AutoCloseable {
        private final Topic<?> topic;
        private final KafkaConsumer<String, byte[]> consumer;
        private List<TopicPartition> partitions = List.of();

        Follower(KafkaAccess kafka, Topic<?> topic) {
            this.topic = topic;
            Map<String, Object> properties = properties(kafka, "");
            properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
            consumer = new KafkaConsumer<>(properties);
        }

        /** Shows what was committed since the last call. @throws RetriableException if Kafka does not answer */
        void visitNew(Consumer<ConsumerRecord<String, byte[]>> visitor) {
            try {
                if (partitions.isEmpty()) {
                    List<TopicPartition> all = partitions(consumer, topic);
                    consumer.assign(all);
                    consumer.seekToBeginning(all);
                    partitions = all;
                }
                read(consumer, partitions, topic, visitor);
            } catch (KafkaException e) {
                throw unreadable(topic, e);
            }
        }

        @Override
        public void close() {
            consumer.close(Duration.ofSeconds(5));
        }
    }

    private static Map<String, Object> properties(KafkaAccess kafka, String group) {
        Map<String, Object> properties = new HashMap<>(kafka.reader(group));
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, String.valueOf(SILENCE.toMillis()));
        return properties;
    }

    private static List<TopicPartition> partitions(KafkaConsumer<String, byte[]> consumer, Topic<?> topic) {
        return consumer.partitionsFor(topic.name()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    /** Makes {@code consumer} read what its group has not done. @return the partitions */
    private static List<TopicPartition> undone(KafkaConsumer<String, byte[]> consumer, Topic<?> topic) {
        List<TopicPartition> partitions = partitions(consumer, topic);
        Map<TopicPartition, OffsetAndMetadata> done = consumer.committed(Set.copyOf(partitions));
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        done.forEach((partition, offset) -> {
            if (offset != null) {
                consumer.seek(partition, offset);
            }
        });
        return partitions;
    }

    private static void read(
            KafkaConsumer<String, byte[]> consumer,
            List<TopicPartition> partitions,
            Topic<?> topic,
            Consumer<ConsumerRecord<String, byte[]>> visitor) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long deadline = System.nanoTime() + SILENCE.toNanos();
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                visitor.accept(record);
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
