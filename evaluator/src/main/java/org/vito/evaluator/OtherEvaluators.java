package org.vito.evaluator;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.StageReport;

/**
 * Looks, by what stages report, whether another process evaluates on the same Kafka. A process that knows no others must
 * not begin beside one, since it would take the work away from it.
 */
final class OtherEvaluators {
    private static final Duration SILENT = Duration.ofSeconds(3); // of a process that reports once a second
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);

    private OtherEvaluators() {}

    /**
     * Returns when no other process evaluates: at once, or when one that is ending has ended. Blocks.
     *
     * @throws VitoException FORBIDDEN if one goes on; KAFKA if Kafka does not answer
     */
    static void refuse(Platform platform) {
        Map<String, Object> properties = new HashMap<>(platform.kafka().consumer("none"));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.STAGES.name(), TIMEOUT).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            Instant begun = platform.clock().instant();
            seek(consumer, partitions, begun.minus(SILENT));
            Optional<String> other = read(consumer, platform);
            Instant heard = begun; // of one that was heard before, at the latest
            while (other.isPresent()
                    && heard.plus(SILENT).isAfter(platform.clock().instant())) {
                if (begun.plus(PATIENCE).isBefore(platform.clock().instant())) {
                    throw new VitoException(
                            Reason.FORBIDDEN,
                            ("%s evaluates on this Kafka already; if both shall, give both the same vito.cluster.seeds, and"
                                            + " each its vito.cluster.host and port")
                                    .formatted(other.get()));
                }
                if (read(consumer, platform).isPresent()) {
                    heard = platform.clock().instant();
                }
            }
        } catch (KafkaException e) {
            throw new VitoException(Reason.KAFKA, "cannot see whether another process evaluates: " + e.getMessage(), e);
        }
    }

    private static void seek(KafkaConsumer<String, byte[]> consumer, List<TopicPartition> partitions, Instant from) {
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, from.toEpochMilli()));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times, TIMEOUT);
        consumer.seekToEnd(partitions);
        found.forEach((partition, offset) -> {
            if (offset != null) {
                consumer.seek(partition, offset.offset());
            }
        });
    }

    /** Another process that evaluates, by what is there to be read, waiting for a moment if nothing is. */
    private static Optional<String> read(KafkaConsumer<String, byte[]> consumer, Platform platform) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment(), TIMEOUT);
        Optional<String> other = Optional.empty();
        Instant limit = platform.clock().instant().plus(TIMEOUT);
        do {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                Optional<String> named = other(record, platform.instance());
                other = named.isPresent() ? named : other;
            }
        } while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey(), TIMEOUT) < end.getValue())
                && platform.clock().instant().isBefore(limit));
        return other;
    }

    private static Optional<String> other(ConsumerRecord<String, byte[]> record, String self) {
        try {
            StageReport report = Topics.STAGES.read(record);
            return report.getStage().equals("evaluate") && !report.getInstance().equals(self)
                    ? Optional.of(report.getInstance())
                    : Optional.empty();
        } catch (DamagedRecordException e) {
            return Optional.empty(); // whoever reads reports says so
        }
    }
}
