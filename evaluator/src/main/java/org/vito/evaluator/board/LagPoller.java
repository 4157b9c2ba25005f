package org.vito.evaluator.board;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topic;
import org.vito.protocol.Topics;

/**
 * Asks Kafka once a second how far the consumer groups of the pipeline are behind.
 *
 * <p>A transaction ends with a marker that takes an offset but is no record, so a partition that is read to its end shows a
 * distance of 1; in topics that are written in transactions a distance of 1 therefore counts as none.
 */
final class LagPoller implements AutoCloseable {
    /** The groups, each with the topic it reads. */
    static final Map<String, Topic<?>> GROUPS = Map.of(
            "vito-ingest", Topics.SUBMITTED,
            "vito-curate", Topics.STORED,
            "vito-decode-plan", Topics.CURATED,
            "vito-decode", Topics.SEGMENTS);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final KafkaAccess kafka;
    private final ActorRef<ScoreBoard.Command> board;
    private final ScheduledExecutorService timer;
    private @Nullable Admin admin;
    private Map<Topic<?>, Set<TopicPartition>> partitions = Map.of();

    private LagPoller(KafkaAccess kafka, ActorRef<ScoreBoard.Command> board) {
        this.kafka = kafka;
        this.board = board;
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "vito-board-lags");
            thread.setDaemon(true);
            return thread;
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task catches what goes wrong
    static LagPoller start(KafkaAccess kafka, ActorRef<ScoreBoard.Command> board) {
        LagPoller poller = new LagPoller(kafka, board);
        poller.timer.scheduleWithFixedDelay(poller::pollSafely, 0, 1, TimeUnit.SECONDS);
        return poller;
    }

    private void pollSafely() {
        try {
            poll();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            board.tell(new ScoreBoard.Trouble(cause.getMessage() == null ? cause.toString() : cause.getMessage()));
            partitions = Map.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll() throws ExecutionException, TimeoutException, InterruptedException {
        Admin client = admin;
        if (client == null) {
            client = kafka.admin();
            admin = client;
        }
        if (partitions.isEmpty()) {
            partitions = partitions(client);
        }
        Map<TopicPartition, Long> ends = offsets(client, OffsetSpec.latest());
        Map<TopicPartition, Long> begins = offsets(client, OffsetSpec.earliest());
        Map<String, Long> lags = new HashMap<>();
        for (Map.Entry<String, Topic<?>> group : GROUPS.entrySet()) {
            ListConsumerGroupOffsetsResult committed = client.listConsumerGroupOffsets(group.getKey());
            Map<TopicPartition, OffsetAndMetadata> positions = get(committed.partitionsToOffsetAndMetadata());
            lags.put(group.getKey(), lag(group.getValue(), positions, begins, ends));
        }
        long clips = partitions.getOrDefault(Topics.CLIPS, Set.of()).stream()
                .mapToLong(p -> ends.getOrDefault(p, 0L) - begins.getOrDefault(p, 0L))
                .sum();
        board.tell(new ScoreBoard.Lags(lags, clips));
    }

    private long lag(
            Topic<?> topic,
            Map<TopicPartition, OffsetAndMetadata> positions,
            Map<TopicPartition, Long> begins,
            Map<TopicPartition, Long> ends) {
        boolean transactional = topic != Topics.SUBMITTED;
        long lag = 0;
        for (TopicPartition partition : partitions.getOrDefault(topic, Set.of())) {
            OffsetAndMetadata position = positions.get(partition);
            long begin = begins.getOrDefault(partition, 0L);
            long at = position == null ? begin : Math.max(begin, position.offset());
            long behind = Math.max(0, ends.getOrDefault(partition, 0L) - at);
            lag += transactional && behind == 1 ? 0 : behind;
        }
        return lag;
    }

    private static Map<Topic<?>, Set<TopicPartition>> partitions(Admin client)
            throws ExecutionException, TimeoutException, InterruptedException {
        Set<Topic<?>> topics = new HashSet<>(GROUPS.values());
        topics.add(Topics.CLIPS);
        Map<Topic<?>, Set<TopicPartition>> found = new HashMap<>();
        List<String> names = topics.stream().map(Topic::name).toList();
        var described = get(client.describeTopics(names).allTopicNames());
        for (Topic<?> topic : topics) {
            var description = described.get(topic.name());
            if (description != null) {
                found.put(
                        topic,
                        description.partitions().stream()
                                .map(p -> new TopicPartition(topic.name(), p.partition()))
                                .collect(Collectors.toSet()));
            }
        }
        return found;
    }

    private Map<TopicPartition, Long> offsets(Admin client, OffsetSpec which)
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.values().forEach(set -> set.forEach(p -> asked.put(p, which)));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, ListOffsetsResultInfo> found =
                get(client.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                        .all());
        found.forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }

    private static <T> T get(KafkaFuture<T> future) throws ExecutionException, TimeoutException, InterruptedException {
        return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            boolean ended = timer.awaitTermination(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            Admin client = admin;
            if (client != null && ended) {
                client.close(TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
