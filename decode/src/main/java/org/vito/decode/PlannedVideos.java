package org.vito.decode;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
import org.vito.protocol.Topics;

/**
 * The videos that have been planned, by any process, as far back as {@link Topics#SEGMENTS} is kept.
 *
 * <p>The topic itself is the memory: a video is planned if a committed segment of it is there. Before an unknown video is
 * called unplanned, everything committed until now is read. Announcements of one video lie in one partition, which has one
 * reader at a time, and a reader commits before it hands a partition over; so the next reader sees what the one before
 * planned. What this reader planned but may not have committed yet it remembers itself; a run of the stream that breaks off
 * takes that memory along. Not safe for use by several threads at a time; blocks.
 */
final class PlannedVideos implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Set<String> planned = new HashSet<>();

    PlannedVideos(KafkaAccess kafka) {
        Map<String, Object> properties = new HashMap<>(kafka.consumer("vito-decode-planned"));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG); // reads by itself, commits nothing
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, String.valueOf(TIMEOUT.toMillis()));
        consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
        try {
            partitions = consumer.partitionsFor(Topics.SEGMENTS.name()).stream()
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
     * Whether {@code videoId} was planned before; from now on it is.
     *
     * @throws RetriableException {@link Reason#KAFKA} if the topic cannot be read to its end
     */
    synchronized boolean wasPlanned(String videoId) {
        if (!planned.contains(videoId)) {
            catchUp();
        }
        return !planned.add(videoId);
    }

    private void catchUp() {
        try {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, TIMEOUT);
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (!reached(ends)) {
                for (ConsumerRecord<String, byte[]> segment : consumer.poll(POLL)) {
                    remember(segment.key());
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new RetriableException(
                            Reason.KAFKA,
                            "%s was not read to its end within %d s"
                                    .formatted(Topics.SEGMENTS, TimeUnit.NANOSECONDS.toSeconds(TIMEOUT.toNanos())));
                }
            }
        } catch (KafkaException e) {
            throw new RetriableException(Reason.KAFKA, Topics.SEGMENTS + " cannot be read: " + e.getMessage(), e);
        }
    }

    private boolean reached(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey(), TIMEOUT) >= end.getValue());
    }

    private void remember(String key) {
        int mark = key == null ? -1 : key.lastIndexOf('#');
        if (mark > 0) {
            planned.add(key.substring(0, mark));
        }
    }

    @Override
    public synchronized void close() {
        consumer.close(Duration.ofSeconds(5));
    }
}
