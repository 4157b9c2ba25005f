package org.vito.deploy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topic;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.StageReport;
import org.vito.protocol.v1.TrainingStep;

/** Reads into a {@link SystemState} what Kafka knows: all scores and checkpoints, the last of steps and stages. */
final class TopicReader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TopicReader.class);
    private static final long TAIL = 400; // records of steps and stages that are read again
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(250);

    private final KafkaConsumer<String, byte[]> consumer;
    private final SystemState state;
    private final Map<String, Consumer<ConsumerRecord<String, byte[]>>> readers = new HashMap<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    private TopicReader(KafkaAccess kafka, SystemState state) {
        this.state = state;
        consumer = new KafkaConsumer<>(new HashMap<String, Object>(kafka.consumer("vito-status")));
        reads(Topics.TRAINING, r -> state.accept((TrainingStep) r));
        reads(Topics.CHECKPOINTS, r -> state.accept((CheckpointAnnouncement) r));
        reads(Topics.SCORES, r -> state.accept((EvaluationScore) r));
        reads(Topics.STAGES, r -> state.accept((StageReport) r));
    }

    private void reads(Topic<?> topic, Consumer<Object> to) {
        readers.put(topic.name(), consumed -> {
            if (consumed.value() != null) {
                to.accept(topic.read(consumed));
            }
        });
    }

    /**
     * Reads up to what is there now and returns.
     *
     * @throws VitoException {@link Reason#KAFKA} if Kafka does not answer in time
     */
    static SystemState readOnce(KafkaAccess kafka) {
        try (TopicReader reader = new TopicReader(kafka, new SystemState())) {
            Map<TopicPartition, Long> ends = reader.begin();
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (ends.entrySet().stream().anyMatch(e -> reader.consumer.position(e.getKey()) < e.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new VitoException(
                            Reason.KAFKA,
                            "Kafka at " + kafka.bootstrapServers() + " gave no answer within " + TIMEOUT.toSeconds()
                                    + " s");
                }
                reader.poll();
            }
            return reader.state;
        } catch (KafkaException e) {
            throw new VitoException(
                    Reason.KAFKA, "Kafka at " + kafka.bootstrapServers() + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Reads on a thread of its own, until closed, into {@code state}. */
    static TopicReader follow(KafkaAccess kafka, SystemState state) {
        TopicReader reader = new TopicReader(kafka, state);
        Thread thread = new Thread(reader::run, "vito-progress");
        thread.setDaemon(true);
        thread.start();
        return reader;
    }

    private void run() {
        try (consumer) {
            begin();
            while (!closing.get()) {
                poll();
            }
        } catch (WakeupException e) {
            log.debug("progress is no longer read");
        } catch (KafkaException e) {
            log.warn("progress is no longer shown: {}", e.toString());
        }
    }

    private Map<TopicPartition, Long> begin() {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : readers.keySet()) {
            for (PartitionInfo info : consumer.partitionsFor(topic, TIMEOUT)) {
                partitions.add(new TopicPartition(topic, info.partition()));
            }
        }
        consumer.assign(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, TIMEOUT);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, TIMEOUT);
        for (TopicPartition partition : partitions) {
            long begin = begins.getOrDefault(partition, 0L);
            boolean tail = partition.topic().equals(Topics.TRAINING.name())
                    || partition.topic().equals(Topics.STAGES.name());
            consumer.seek(partition, tail ? Math.max(begin, ends.getOrDefault(partition, 0L) - TAIL) : begin);
        }
        return ends;
    }

    private void poll() {
        for (ConsumerRecord<String, byte[]> consumed : consumer.poll(POLL)) {
            try {
                var reader = readers.get(consumed.topic());
                if (reader != null) {
                    reader.accept(consumed);
                }
            } catch (DamagedRecordException e) {
                log.warn("{}", e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            consumer.wakeup();
        }
    }
}
