package org.vito.ingest.index;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * Where the last committed record of each key of a compacted topic lies: the topic's keys in memory, its values in Kafka.
 * Keys are SHA-256 in hexadecimal; a record of any other key is not indexed.
 *
 * <p>A thread of its own follows the topic from its beginning. Once it has failed every question fails; make a new one.
 */
public final class TopicIndex implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TopicIndex.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
    private static final int OFFSET_BITS = 48; // of a packed position; the partition lies above

    /** Hears what is followed, on the index's own thread. */
    public interface Listener {
        /** A committed record, whatever its key. */
        void read(ConsumerRecord<String, byte[]> record);

        /** There is no more for the moment. */
        void caughtUp();
    }

    private final String topic;
    private final Listener listener;
    private final Map<String, Object> reading;
    private final KafkaConsumer<String, byte[]> follower;
    private final IdTable table = new IdTable(); // guarded by itself
    private final Queue<Refresh> asked = new ConcurrentLinkedQueue<>();
    private final List<Refresh> waiting = new ArrayList<>(); // of the thread alone
    private final Thread thread;
    private long progress = System.nanoTime(); // when the thread last read, or had read everything asked for
    private volatile boolean closed;

    private TopicIndex(KafkaAccess kafka, String topic, Listener listener) {
        this.topic = topic;
        this.listener = listener;
        reading = properties(kafka.reader(""));
        follower = new KafkaConsumer<>(properties(kafka.consumer("")));
        thread = new Thread(this::follow, "vito-index-" + topic);
        thread.setDaemon(true);
    }

    private static Map<String, Object> properties(Map<String, String> consumer) {
        Map<String, Object> properties = new HashMap<>(consumer);
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, String.valueOf(ANSWER.toMillis()));
        return properties;
    }

    /** Starts to follow {@code topic}. */
    public static TopicIndex follow(KafkaAccess kafka, String topic) {
        return follow(kafka, topic, new Listener() {
            @Override
            public void read(ConsumerRecord<String, byte[]> record) {}

            @Override
            public void caughtUp() {}
        });
    }

    /** Starts to follow {@code topic}; {@code listener} must neither block nor throw. */
    public static TopicIndex follow(KafkaAccess kafka, String topic, Listener listener) {
        TopicIndex index = new TopicIndex(kafka, topic, listener);
        index.thread.start();
        return index;
    }

    /**
     * Completes once every record that was committed before the call is in the index; fails with a {@link
     * RetriableException} ({@link Reason#KAFKA}) when the topic cannot be followed or Kafka delivers nothing for half a
     * minute.
     */
    public CompletionStage<Void> refreshed() {
        Refresh refresh = new Refresh();
        asked.add(refresh);
        follower.wakeup();
        if (!thread.isAlive()) {
            failAll(new IllegalStateException("its thread has ended"));
        }
        return refresh.done;
    }

    /** Whether a record with this key is known. */
    public boolean contains(String id) {
        synchronized (table) {
            return table.contains(id);
        }
    }

    /**
     * Reads the last known record of {@code id} from Kafka; blocks for up to half a minute.
     *
     * @throws RetriableException ({@link Reason#KAFKA}) if it cannot be read now
     */
    public Optional<ConsumerRecord<String, byte[]>> read(String id) {
        long position;
        synchronized (table) {
            position = table.get(id);
        }
        if (position == IdTable.ABSENT) {
            return Optional.empty();
        }
        TopicPartition partition = new TopicPartition(topic, (int) (position >>> OFFSET_BITS));
        long offset = position & ((1L << OFFSET_BITS) - 1);
        long deadline = System.nanoTime() + ANSWER.toNanos();
        try (KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(reading)) {
            reader.assign(List.of(partition));
            reader.seek(partition, offset);
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<String, byte[]> record : reader.poll(POLL)) {
                    if (record.offset() == offset) {
                        return Optional.of(record);
                    }
                    throw unreadable("record " + partition + "@" + offset + " was compacted away", null);
                }
            }
        } catch (org.apache.kafka.common.KafkaException e) {
            throw unreadable("record " + partition + "@" + offset + " cannot be read: " + e.getMessage(), e);
        }
        throw unreadable("record " + partition + "@" + offset + " was not delivered in " + ANSWER, null);
    }

    /** Ends the thread and waits for it, at most a few seconds. */
    @Override
    public void close() {
        closed = true;
        follower.wakeup();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        Throwable cause = new IllegalStateException("the index was closed");
        try (follower) {
            List<TopicPartition> partitions = assign();
            while (!closed) {
                step(partitions);
            }
        } catch (org.apache.kafka.common.KafkaException | VitoException e) {
            cause = e;
            if (!closed) {
                log.warn("the index of {} failed", topic, e);
            }
        } finally {
            for (Refresh refresh : waiting) {
                refresh.fail(unfollowed(cause));
            }
            failAll(cause);
        }
    }

    private List<TopicPartition> assign() {
        while (!closed) {
            try {
                List<TopicPartition> partitions = follower.partitionsFor(topic).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
                follower.assign(partitions);
                follower.seekToBeginning(partitions);
                return partitions;
            } catch (WakeupException e) {
                log.trace("woken while assigning {}", topic);
            }
        }
        return List.of();
    }

    private void step(List<TopicPartition> partitions) {
        try {
            for (Refresh next = asked.peek(); next != null; next = asked.peek()) {
                next.ends.putAll(follower.endOffsets(partitions));
                waiting.add(next);
                asked.remove(next);
            }
            ConsumerRecords<String, byte[]> records = follower.poll(waiting.isEmpty() ? POLL : POLL.dividedBy(10));
            for (ConsumerRecord<String, byte[]> record : records) {
                note(record);
                listener.read(record);
            }
            if (records.isEmpty()) {
                listener.caughtUp();
            }
            waiting.removeIf(r -> r.reachedBy(follower));
            checkProgress(records.isEmpty());
        } catch (WakeupException e) {
            log.trace("woken while following {}", topic);
        }
    }

    private void checkProgress(boolean quiet) {
        if (!quiet || waiting.isEmpty()) {
            progress = System.nanoTime();
        } else if (System.nanoTime() - progress > ANSWER.toNanos()) {
            throw unreadable("records that are there were not delivered in " + ANSWER, null);
        }
    }

    private void note(ConsumerRecord<String, byte[]> record) {
        String key = record.key();
        if (key == null || !ID.matcher(key).matches()) {
            return;
        }
        long position = ((long) record.partition() << OFFSET_BITS) | record.offset();
        synchronized (table) {
            table.put(key, record.value() == null ? IdTable.ABSENT : position);
        }
    }

    private void failAll(Throwable cause) {
        for (Refresh next = asked.poll(); next != null; next = asked.poll()) {
            next.fail(unfollowed(cause));
        }
    }

    private RetriableException unfollowed(Throwable cause) {
        return unreadable("topic " + topic + " is not followed: " + cause.getMessage(), cause);
    }

    private static RetriableException unreadable(String message, @Nullable Throwable cause) {
        return cause == null
                ? new RetriableException(Reason.KAFKA, message)
                : new RetriableException(Reason.KAFKA, message, cause);
    }

    private static final class Refresh {
        private final Map<TopicPartition, Long> ends = new HashMap<>();
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        boolean reachedBy(KafkaConsumer<String, byte[]> consumer) {
            for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
                if (consumer.position(end.getKey()) < end.getValue()) {
                    return false;
                }
            }
            return done.complete(null);
        }

        void fail(Throwable cause) {
            done.completeExceptionally(cause);
        }
    }
}
