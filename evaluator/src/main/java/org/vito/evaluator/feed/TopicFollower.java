package org.vito.evaluator.feed;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topic;
import org.vito.protocol.VitoException;

/**
 * Reads every partition of some topics on a thread of its own, from the beginning (or from a time) and then on and on,
 * committed records only, in no consumer group. It holds one fetch at a time: the next comes when the reader has taken the
 * last. When Kafka is away it says so and tries again, without an end, from where it was.
 */
public final class TopicFollower implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TopicFollower.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TO_FINISH = Duration.ofSeconds(3);
    private static final long PAUSE_MS = 1_000;

    /** Who gets the records; called on the follower's thread alone. */
    public interface Reader {
        /** Takes a batch; returns when it has room for the next. A null value is a tombstone. */
        void records(List<ConsumerRecord<String, byte[]>> batch) throws InterruptedException;

        /** Called once: every record that was there when following began has been given. */
        void caughtUp();

        /** Kafka does not answer; reading goes on when it does. */
        void trouble(String what);
    }

    private final Map<String, Object> properties;
    private final Map<Topic<?>, Instant> topics;
    private final Reader reader;
    private final Thread thread;
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
    private @Nullable Map<TopicPartition, Long> targets; // what was there at first; null once reached
    private boolean begun;

    private TopicFollower(KafkaAccess kafka, Map<Topic<?>, Instant> topics, String name, Reader reader) {
        properties = new HashMap<>(kafka.consumer("none"));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        this.topics = Map.copyOf(topics);
        this.reader = reader;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /**
     * Begins to follow.
     *
     * @param topics each with the time from which its records count; {@link Instant#EPOCH} = from its beginning
     * @param name of the thread
     */
    public static TopicFollower start(KafkaAccess kafka, Map<Topic<?>, Instant> topics, String name, Reader reader) {
        TopicFollower follower = new TopicFollower(kafka, topics, name, reader);
        follower.thread.start();
        return follower;
    }

    private boolean open() {
        return closing.getCount() > 0;
    }

    private void run() {
        while (open()) {
            try (KafkaConsumer<String, byte[]> opened = new KafkaConsumer<>(properties)) {
                consumer = opened;
                assign(opened);
                while (open()) {
                    read(opened);
                }
            } catch (WakeupException | InterruptException | InterruptedException e) {
                log.debug("{} was woken", thread.getName());
            } catch (RuntimeException e) { // whatever it is: the page and the plan outlive it
                log.warn("{} cannot read, will try again: {}", thread.getName(), e.toString());
                reader.trouble(e.getMessage() == null ? e.toString() : e.getMessage());
                pause();
            } finally {
                consumer = null;
            }
        }
    }

    private void assign(KafkaConsumer<String, byte[]> opened) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (Topic<?> topic : topics.keySet()) {
            for (PartitionInfo partition : partitionsOf(opened, topic)) {
                partitions.add(new TopicPartition(partition.topic(), partition.partition()));
            }
        }
        opened.assign(partitions);
        if (begun) {
            positions.forEach(opened::seek);
            return;
        }
        seekToStart(opened, partitions);
        targets = opened.endOffsets(partitions, TIMEOUT);
        begun = true;
    }

    private static Collection<PartitionInfo> partitionsOf(KafkaConsumer<String, byte[]> opened, Topic<?> topic) {
        List<PartitionInfo> partitions = opened.partitionsFor(topic.name(), TIMEOUT);
        if (partitions == null || partitions.isEmpty()) {
            throw new VitoException(Reason.KAFKA, "topic " + topic.name() + " is not there; expected it to be created");
        }
        return partitions;
    }

    private void seekToStart(KafkaConsumer<String, byte[]> opened, List<TopicPartition> partitions) {
        Map<TopicPartition, Long> times = new HashMap<>();
        for (TopicPartition partition : partitions) {
            topics.forEach((topic, from) -> {
                if (topic.name().equals(partition.topic()) && !from.equals(Instant.EPOCH)) {
                    times.put(partition, from.toEpochMilli());
                }
            });
        }
        opened.seekToBeginning(partitions);
        if (!times.isEmpty()) {
            Map<TopicPartition, OffsetAndTimestamp> found = opened.offsetsForTimes(times, TIMEOUT);
            opened.seekToEnd(times.keySet());
            found.forEach((partition, offset) -> {
                if (offset != null) {
                    opened.seek(partition, offset.offset());
                }
            });
        }
        for (TopicPartition partition : partitions) {
            positions.put(partition, opened.position(partition, TIMEOUT));
        }
    }

    private void read(KafkaConsumer<String, byte[]> opened) throws InterruptedException {
        List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
        opened.poll(POLL).forEach(batch::add);
        if (!batch.isEmpty()) {
            reader.records(batch);
        }
        for (TopicPartition partition : opened.assignment()) {
            positions.put(partition, opened.position(partition, TIMEOUT));
        }
        Map<TopicPartition, Long> wanted = targets;
        if (wanted != null
                && wanted.entrySet().stream().allMatch(e -> positions.getOrDefault(e.getKey(), 0L) >= e.getValue())) {
            targets = null;
            reader.caughtUp();
        }
    }

    private void pause() {
        try {
            if (closing.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
                log.debug("{} ends", thread.getName());
            }
        } catch (InterruptedException e) {
            log.debug("{} was woken", thread.getName());
        }
    }

    /** Ends reading; waits for the thread for a few seconds. */
    @Override
    public void close() {
        closing.countDown();
        KafkaConsumer<String, byte[]> opened = consumer;
        if (opened != null) {
            opened.wakeup();
        }
        if (Thread.currentThread() != thread) {
            try {
                thread.join(TO_FINISH.toMillis());
                thread.interrupt(); // in case the reader does not come back
                thread.join(TIMEOUT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
