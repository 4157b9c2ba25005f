package org.vito.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.ingest.curation.Curators;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CurationDecision;

/** The decisions of curation, as their topic has them. */
final class StoredDecisions implements Curators.Memory {
    private static final Logger log = LoggerFactory.getLogger(StoredDecisions.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final Platform platform;

    StoredDecisions(Platform platform) {
        this.platform = platform;
    }

    @Override
    public Path directory() {
        return platform.data().resolve("curation");
    }

    @Override
    public void decisions(Consumer<CurationDecision> visitor) {
        visit(platform.kafka(), visitor);
    }

    /** Shows every decision that was committed, the oldest of a partition first. Blocks. */
    static void visit(KafkaAccess kafka, Consumer<CurationDecision> visitor) {
        Map<String, Object> properties = new HashMap<>(kafka.consumer(""));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, String.valueOf(SILENCE.toMillis()));
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.CURATED.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + SILENCE.toNanos();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    show(record, visitor);
                    deadline = System.nanoTime() + SILENCE.toNanos();
                }
                if (System.nanoTime() > deadline) {
                    throw new RetriableException(
                            Reason.KAFKA, "Kafka delivered no decisions for %s".formatted(SILENCE));
                }
            }
        } catch (KafkaException e) {
            throw new RetriableException(Reason.KAFKA, "the decisions cannot be read: " + e.getMessage(), e);
        }
    }

    private static void show(ConsumerRecord<String, byte[]> record, Consumer<CurationDecision> visitor) {
        if (record.value() == null) {
            return;
        }
        try {
            visitor.accept(Topics.CURATED.read(record));
        } catch (DamagedRecordException e) {
            log.warn("a decision is passed over: {}", e.getMessage());
        }
    }
}
