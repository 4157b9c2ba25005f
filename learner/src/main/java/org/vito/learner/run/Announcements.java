package org.vito.learner.run;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.vito.learner.checkpoint.Checkpoints.Verified;
import org.vito.learner.checkpoint.Manifest;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.PartitionPosition;

/** Announcements of checkpoints: made from what is durable, and looked up in Kafka. */
public final class Announcements {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(200);

    private Announcements() {}

    /** The announcement of a durable checkpoint by the learner of {@code generation}. */
    public static CheckpointAnnouncement of(Verified checkpoint, long generation, long atMs) {
        Manifest manifest = checkpoint.manifest();
        CheckpointAnnouncement.Builder announcement = CheckpointAnnouncement.newBuilder()
                .setRunId(manifest.run())
                .setStep(manifest.step())
                .setAddress(checkpoint.directory().toUri().toString())
                .setDigest(checkpoint.digest())
                .setConfigDigest(manifest.configDigest())
                .setArchitecture(manifest.architecture())
                .setGeneration(generation)
                .setAtMs(atMs);
        if (Double.isFinite(manifest.loss())) {
            announcement.setLoss(manifest.loss());
        }
        manifest.positions()
                .forEach((partition, offset) -> announcement.addPositions(PartitionPosition.newBuilder()
                        .setTopic(Topics.CLIPS.name())
                        .setPartition(partition)
                        .setOffset(offset)));
        return announcement.build();
    }

    /** Whether the newest announcement of this run and step is of this very checkpoint. */
    static boolean isAnnounced(KafkaAccess kafka, Verified checkpoint) {
        Map<String, Object> properties = new HashMap<>(kafka.reader("vito-learner"));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        String key = checkpoint.manifest().run() + "/" + checkpoint.manifest().step();
        boolean announced = false;
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.CHECKPOINTS.name(), TIMEOUT).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, TIMEOUT);
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (isBefore(consumer, ends)) {
                if (System.nanoTime() > deadline) {
                    throw new RetriableException(
                            Reason.KAFKA, Topics.CHECKPOINTS + " could not be read to its end in " + TIMEOUT);
                }
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    if (key.equals(record.key())) {
                        announced = digest(record).equals(checkpoint.digest());
                    }
                }
            }
            return announced;
        } catch (KafkaException e) {
            throw new RetriableException(
                    Reason.KAFKA, "could not read " + Topics.CHECKPOINTS + ": " + e.getMessage(), e);
        }
    }

    private static String digest(ConsumerRecord<String, byte[]> record) {
        try {
            return Topics.CHECKPOINTS.read(record).getDigest();
        } catch (DamagedRecordException e) {
            return "";
        }
    }

    private static boolean isBefore(KafkaConsumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey(), TIMEOUT) < end.getValue());
    }
}
