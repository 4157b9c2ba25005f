package org.vito.evaluator;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.evaluator.feed.TopicFollower;
import org.vito.evaluator.plan.EvaluationCoordinator;
import org.vito.evaluator.plan.EvaluationCoordinator.History;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.Platform;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.EvaluationRequest;
import org.vito.protocol.v1.EvaluationScore;

/**
 * Tells the coordinator what is in {@code vito.checkpoints}, {@code vito.scores} and {@code vito.evaluate.requests}; damaged
 * records go to dead letters, other than scores, which are its own.
 */
final class CoordinatorFeed implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CoordinatorFeed.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TopicFollower checkpoints;
    private final TopicFollower scores;
    private final TopicFollower requests;

    private CoordinatorFeed(TopicFollower checkpoints, TopicFollower scores, TopicFollower requests) {
        this.checkpoints = checkpoints;
        this.scores = scores;
        this.requests = requests;
    }

    static CoordinatorFeed start(
            ActorSystem<?> system,
            Platform platform,
            ActorRef<EvaluationCoordinator.Command> coordinator,
            Consumer<DeadLetter> deadLetters) {
        Instant beginning = Instant.EPOCH;
        TopicFollower scores = TopicFollower.start(
                platform.kafka(),
                Map.of(Topics.SCORES, beginning),
                "vito-evaluate-scores",
                new FeedReader(system, coordinator, History.SCORES) {
                    @Override
                    public void records(List<ConsumerRecord<String, byte[]>> batch) throws InterruptedException {
                        List<EvaluationScore> read = new ArrayList<>();
                        each(batch, record -> read.add(Topics.SCORES.read(record)), d -> {});
                        hand(reply -> new EvaluationCoordinator.RestoreScores(read, reply));
                    }
                });
        TopicFollower checkpoints = TopicFollower.start(
                platform.kafka(),
                Map.of(Topics.CHECKPOINTS, beginning),
                "vito-evaluate-checkpoints",
                new FeedReader(system, coordinator, History.CHECKPOINTS) {
                    @Override
                    public void records(List<ConsumerRecord<String, byte[]>> batch) throws InterruptedException {
                        List<CheckpointAnnouncement> read = new ArrayList<>();
                        for (ConsumerRecord<String, byte[]> record : batch) {
                            if (record.value() == null) {
                                forget(record.key(), coordinator);
                            }
                        }
                        each(
                                batch,
                                record -> read.add(Topics.CHECKPOINTS.read(record)),
                                e -> deadLetters.accept(letter(platform, e, batch)));
                        hand(reply -> new EvaluationCoordinator.AddCheckpoints(read, reply));
                    }
                });
        TopicFollower requests = TopicFollower.start(
                platform.kafka(),
                Map.of(Topics.EVALUATION_REQUESTS, beginning),
                "vito-evaluate-requests",
                new FeedReader(system, coordinator, History.REQUESTS) {
                    @Override
                    public void records(List<ConsumerRecord<String, byte[]>> batch) throws InterruptedException {
                        List<EvaluationRequest> read = new ArrayList<>();
                        each(
                                batch,
                                record -> read.add(Topics.EVALUATION_REQUESTS.read(record)),
                                e -> deadLetters.accept(letter(platform, e, batch)));
                        hand(reply -> new EvaluationCoordinator.AddRequests(read, reply));
                    }
                });
        return new CoordinatorFeed(checkpoints, scores, requests);
    }

    private static DeadLetter letter(
            Platform platform, DamagedRecordException damage, List<ConsumerRecord<String, byte[]>> batch) {
        ConsumerRecord<String, byte[]> record = batch.stream()
                .filter(r -> r.partition() == damage.partition() && r.offset() == damage.offset())
                .findFirst()
                .orElseThrow();
        return DeadLetters.of("evaluate", String.valueOf(record.key()), damage, 1, record, platform.clock());
    }

    private static void forget(String key, ActorRef<EvaluationCoordinator.Command> coordinator) {
        int slash = key == null ? -1 : key.lastIndexOf('/');
        try {
            if (slash > 0) {
                coordinator.tell(new EvaluationCoordinator.ForgetCheckpoint(
                        key.substring(0, slash), Long.parseLong(key.substring(slash + 1))));
            }
        } catch (NumberFormatException e) {
            log.warn("a deleted checkpoint's key is {}, expected RUN/STEP", key);
        }
    }

    @Override
    public void close() {
        List.of(checkpoints, scores, requests).parallelStream().forEach(TopicFollower::close); // each takes a moment
    }

    private abstract static class FeedReader implements TopicFollower.Reader {
        private final ActorSystem<?> system;
        private final ActorRef<EvaluationCoordinator.Command> coordinator;
        private final History history;

        FeedReader(ActorSystem<?> system, ActorRef<EvaluationCoordinator.Command> coordinator, History history) {
            this.system = system;
            this.coordinator = coordinator;
            this.history = history;
        }

        static void each(
                List<ConsumerRecord<String, byte[]>> batch,
                Consumer<ConsumerRecord<String, byte[]>> read,
                Consumer<DamagedRecordException> damaged) {
            for (ConsumerRecord<String, byte[]> record : batch) {
                if (record.value() != null) {
                    try {
                        read.accept(record);
                    } catch (DamagedRecordException e) {
                        log.warn("passed over: {}", e.getMessage());
                        damaged.accept(e);
                    }
                }
            }
        }

        void hand(Function<ActorRef<Done>, EvaluationCoordinator.Command> message) throws InterruptedException {
            try {
                AskPattern.<EvaluationCoordinator.Command, Done>ask(
                                coordinator, message::apply, PATIENCE, system.scheduler())
                        .toCompletableFuture()
                        .get(PATIENCE.toSeconds() + 1, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                log.warn("the coordinator did not answer: {}", e.toString()); // it has the message and will read it
            }
        }

        @Override
        public void caughtUp() {
            coordinator.tell(new EvaluationCoordinator.HistoryRead(history));
        }

        @Override
        public void trouble(String what) {
            log.warn("cannot follow {}: {}", history, what);
        }
    }
}
