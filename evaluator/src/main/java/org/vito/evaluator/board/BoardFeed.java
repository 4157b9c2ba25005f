package org.vito.evaluator.board;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AskPattern;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.evaluator.feed.TopicFollower;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.Platform;
import org.vito.protocol.Topic;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DeadLetter;

/**
 * Feeds the score board. Long histories have followers of their own, so that a new score never waits behind a million old
 * steps; of stage reports only the last minute counts.
 */
public final class BoardFeed implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BoardFeed.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration STAGES_FROM = Duration.ofMinutes(1);
    private static final String SCORES = "vito-board-scores";
    private static final String TRAINING = "vito-board-training";
    private static final String VIDEOS = "vito-board-videos";

    private final List<AutoCloseable> open = new ArrayList<>();

    private BoardFeed() {}

    /** The behavior of a board that waits for the followers of a feed. */
    public static Behavior<ScoreBoard.Command> board(Platform platform) {
        return ScoreBoard.create(
                platform.instance(), platform.clock(), platform.stages().registry(), Set.of(SCORES, TRAINING, VIDEOS));
    }

    /** Begins to feed. */
    public static BoardFeed start(ActorSystem<?> system, Platform platform, ActorRef<ScoreBoard.Command> board) {
        Instant beginning = Instant.EPOCH;
        Instant recently = platform.clock().instant().minus(STAGES_FROM);
        BoardFeed feed = new BoardFeed();
        Map<Topic<?>, Instant> scores = Map.of(
                Topics.SCORES, beginning,
                Topics.CHECKPOINTS, beginning,
                Topics.DEAD_LETTERS, beginning,
                Topics.STAGES, recently);
        Map<Topic<?>, Instant> training = Map.of(Topics.TRAINING, beginning);
        Map<Topic<?>, Instant> videos = Map.of(Topics.STORED, beginning, Topics.CURATED, beginning);
        Map.of(SCORES, scores, TRAINING, training, VIDEOS, videos)
                .forEach((name, topics) -> feed.open.add(
                        TopicFollower.start(platform.kafka(), topics, name, new Reader(system, board, name))));
        feed.open.add(LagPoller.start(platform.kafka(), board));
        return feed;
    }

    @Override
    public void close() {
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                log.warn("could not close {}: {}", each, e.toString());
            }
        }
    }

    /** What the record tells, or null if nothing. */
    static @Nullable BoardEvent event(ConsumerRecord<String, byte[]> record) {
        String topic = record.topic();
        if (record.value() == null) {
            return null;
        }
        if (topic.equals(Topics.TRAINING.name())) {
            return new BoardEvent.Trained(Topics.TRAINING.read(record).toBuilder()
                    .clearClipPartitions()
                    .clearClipOffsets()
                    .clearClipEpochs()
                    .build());
        } else if (topic.equals(Topics.CHECKPOINTS.name())) {
            return new BoardEvent.Announced(Topics.CHECKPOINTS.read(record));
        } else if (topic.equals(Topics.SCORES.name())) {
            return new BoardEvent.Scored(Topics.SCORES.read(record));
        } else if (topic.equals(Topics.STAGES.name())) {
            return new BoardEvent.Reported(Topics.STAGES.read(record));
        } else if (topic.equals(Topics.DEAD_LETTERS.name())) {
            DeadLetter d = Topics.DEAD_LETTERS.read(record);
            return new BoardEvent.Refused(
                    d.getStage(), d.getReasonCode(), d.getMessage(), d.getSubject(), d.getAttempts(), d.getAtMs());
        } else if (topic.equals(Topics.STORED.name())) {
            return new BoardEvent.Stored(Topics.STORED.read(record).getVideoId());
        } else if (topic.equals(Topics.CURATED.name())) {
            return judged(Topics.CURATED.read(record));
        }
        return null;
    }

    private static BoardEvent judged(CurationDecision d) {
        ByteString thumbnail = Decisions.isPicture(d.getThumbnail()) ? d.getThumbnail() : ByteString.EMPTY;
        return new BoardEvent.Judged(
                new BoardView.Decision(
                        d.getVideoId(),
                        d.getAccepted(),
                        d.getCategory(),
                        Decisions.shortened(d.getVideo().getTitle()),
                        Decisions.shortened(d.getReason()),
                        d.getCurator(),
                        !thumbnail.isEmpty(),
                        d.getDecidedAtMs()),
                thumbnail);
    }

    private record Reader(ActorSystem<?> system, ActorRef<ScoreBoard.Command> board, String name)
            implements TopicFollower.Reader {
        @Override
        public void records(List<ConsumerRecord<String, byte[]>> batch) throws InterruptedException {
            List<BoardEvent> events = new ArrayList<>();
            for (ConsumerRecord<String, byte[]> record : batch) {
                try {
                    BoardEvent event = event(record);
                    if (event != null) {
                        events.add(event);
                    }
                } catch (DamagedRecordException e) {
                    log.warn("not shown: {}", e.getMessage()); // its own stage tells of it
                }
            }
            try {
                AskPattern.<ScoreBoard.Command, Done>ask(
                                board, reply -> new ScoreBoard.Add(events, reply), PATIENCE, system.scheduler())
                        .toCompletableFuture()
                        .get(PATIENCE.toSeconds() + 1, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                log.warn("the score board did not answer: {}", e.toString()); // it has the message and will read it
            }
        }

        @Override
        public void caughtUp() {
            board.tell(new ScoreBoard.HistoryRead(name));
        }

        @Override
        public void trouble(String what) {
            board.tell(new ScoreBoard.Trouble(what));
        }
    }
}
