package org.vito.evaluator.tensorboard;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.evaluator.feed.TopicFollower;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topic;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;
import org.vito.protocol.v1.TrainingStep;

/**
 * Writes what topics tell of training and scores, from their beginning and then as it comes, as event files of TensorBoard: a
 * directory a run. What files of earlier processes have is not written again, so that it may be killed at any time. If the
 * directory cannot be written, it says so once and stops writing; nothing else depends on it.
 */
public final class TensorBoardFeed implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TensorBoardFeed.class);

    /** Runs whose files are open at a time. */
    private static final int MOST_OPEN = 16;

    private final TopicFollower follower;
    private final Writer writer;

    private TensorBoardFeed(TopicFollower follower, Writer writer) {
        this.follower = follower;
        this.writer = writer;
    }

    /** Begins to write below {@code root}. */
    public static TensorBoardFeed start(KafkaAccess kafka, Path root) {
        Writer writer = new Writer(root);
        Map<Topic<?>, Instant> topics = Map.of(Topics.TRAINING, Instant.EPOCH, Topics.SCORES, Instant.EPOCH);
        return new TensorBoardFeed(TopicFollower.start(kafka, topics, "vito-tensorboard", writer), writer);
    }

    /** Stops reading, then closes the files. */
    @Override
    public void close() {
        follower.close();
        writer.close();
    }

    private static final class Writer implements TopicFollower.Reader {
        private final Path root;
        private final Map<String, RunEvents> runs = new LinkedHashMap<>(MOST_OPEN, 0.75f, true);
        private boolean stopped;

        private Writer(Path root) {
            this.root = root;
        }

        @Override
        public synchronized void records(List<ConsumerRecord<String, byte[]>> batch) {
            if (stopped) {
                return;
            }
            try {
                for (ConsumerRecord<String, byte[]> record : batch) {
                    if (record.value() != null) {
                        take(record);
                    }
                }
                for (RunEvents run : runs.values()) {
                    run.flush();
                }
            } catch (IOException e) {
                stopped = true;
                log.error("events for TensorBoard are no longer written to {}: {}", root, e.toString());
                closeAll();
            }
        }

        private void take(ConsumerRecord<String, byte[]> record) throws IOException {
            try {
                if (record.topic().equals(Topics.TRAINING.name())) {
                    TrainingStep step = Topics.TRAINING.read(record);
                    run(step.getRunId()).step(step.getStep(), step.getAtMs(), Tags.of(step));
                } else {
                    EvaluationScore score = Topics.SCORES.read(record);
                    if (score.getState() == ScoreState.SCORED) {
                        run(score.getRunId()).score(score.getStep(), score.getAtMs(), Tags.of(score));
                    }
                }
            } catch (DamagedRecordException e) {
                log.warn("not written for TensorBoard: {}", e.getMessage()); // its own stage tells of it
            }
        }

        private RunEvents run(String id) throws IOException {
            RunEvents known = runs.get(id);
            if (known != null) {
                return known;
            }
            if (runs.size() >= MOST_OPEN) {
                String eldest = runs.keySet().iterator().next();
                RunEvents closed = runs.remove(eldest);
                if (closed != null) {
                    closed.close();
                }
            }
            RunEvents opened = RunEvents.open(root.resolve(Tags.directory(id)));
            runs.put(id, opened);
            return opened;
        }

        @Override
        public void caughtUp() {
            log.debug("all that was there is written for TensorBoard");
        }

        @Override
        public void trouble(String what) {
            log.debug("no events for TensorBoard: {}", what); // the page says so
        }

        private synchronized void close() {
            stopped = true;
            closeAll();
        }

        private void closeAll() {
            for (RunEvents run : runs.values()) {
                try {
                    run.close();
                } catch (IOException e) {
                    log.warn("the last events for TensorBoard may be missing in {}: {}", root, e.toString());
                }
            }
            runs.clear();
        }
    }
}
