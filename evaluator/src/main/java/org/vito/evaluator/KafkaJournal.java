package org.vito.evaluator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.evaluator.plan.EvaluationCoordinator;
import org.vito.evaluator.plan.Journal;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.EvaluationScore;

/**
 * A coordinator's journal in Kafka: scores and dead letters are written in transactions, all under one transactional id,
 * so that opening a journal fences whoever coordinated before; only then the histories are read. Where Kafka does not
 * answer, it is asked again for some minutes.
 */
final class KafkaJournal implements Journal {
    private static final Logger log = LoggerFactory.getLogger(KafkaJournal.class);
    private static final String ID = "vito-evaluate-coordinator";
    private static final int ATTEMPTS = 5;
    private static final long IDLE_MS = 250;
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private record Entry(ProducerRecord<String, byte[]> record, CompletableFuture<Void> written) {}

    private final KafkaProducer<String, byte[]> producer;
    private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>(); // a coordinator has few under way
    private final Thread thread = new Thread(this::run, "vito-evaluate-journal");
    private volatile @Nullable CoordinatorFeed feed;
    private volatile @Nullable VitoException failure;
    private volatile boolean closing;

    private KafkaJournal(KafkaProducer<String, byte[]> producer) {
        this.producer = producer;
        thread.setDaemon(true);
    }

    /**
     * See {@link Journal.Opener}.
     *
     * @throws VitoException {@link Reason#KAFKA} if Kafka does not answer
     */
    static KafkaJournal open(
            ActorSystem<?> system, Platform platform, ActorRef<EvaluationCoordinator.Command> coordinator) {
        KafkaJournal journal = new KafkaJournal(fencing(platform.kafka()));
        journal.thread.start();
        journal.feed = CoordinatorFeed.start(
                system, platform, coordinator, letter -> journal.send(Topics.DEAD_LETTERS.record(letter)));
        return journal;
    }

    private static KafkaProducer<String, byte[]> fencing(KafkaAccess kafka) {
        Map<String, Object> properties = new HashMap<>(kafka.producer());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, ID);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, "0");
        for (int attempt = 1; ; attempt++) {
            KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties);
            try {
                producer.initTransactions();
                return producer;
            } catch (KafkaException e) {
                producer.close(Duration.ZERO);
                if (attempt == ATTEMPTS || e instanceof AuthorizationException) {
                    throw new VitoException(
                            Reason.KAFKA, "evaluations cannot be coordinated, since Kafka says: " + e.getMessage(), e);
                }
                log.warn("cannot open the journal of scores, attempt {} of {}: {}", attempt, ATTEMPTS, e.toString());
            }
        }
    }

    @Override
    public CompletionStage<Void> write(EvaluationScore score) {
        return send(Topics.SCORES.record(score));
    }

    private CompletionStage<Void> send(ProducerRecord<String, byte[]> record) {
        Entry entry = new Entry(record, new CompletableFuture<>());
        queue.add(entry);
        refuseIfFailed();
        return entry.written;
    }

    private void refuseIfFailed() {
        VitoException failed = failure;
        if (failed != null) {
            List<Entry> rest = new ArrayList<>();
            queue.drainTo(rest);
            rest.forEach(entry -> entry.written.completeExceptionally(failed));
        }
    }

    private void run() {
        List<Entry> batch = new ArrayList<>();
        try {
            while (!closing || !queue.isEmpty()) {
                batch.clear();
                Entry first = queue.poll(IDLE_MS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch);
                    commit(batch);
                    batch.forEach(entry -> entry.written.complete(null));
                }
            }
            fail(batch, new VitoException(Reason.KAFKA, "the journal of scores is closed"));
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            fail(
                    batch,
                    new VitoException(
                            Reason.FORBIDDEN,
                            "another process coordinates the evaluations of this Kafka now; where several run vito"
                                    + " evaluate, vito.cluster.seeds must be the same for all, so that they share the work",
                            e));
        } catch (InterruptedException e) {
            fail(batch, new VitoException(Reason.KAFKA, "the journal of scores was interrupted", e));
        } catch (RuntimeException e) {
            fail(batch, new VitoException(Reason.KAFKA, "scores cannot be written: " + e.getMessage(), e));
        }
    }

    private void commit(List<Entry> batch) {
        for (int attempt = 1; ; attempt++) {
            try {
                producer.beginTransaction();
                for (Entry entry : batch) {
                    Future<RecordMetadata> unused = producer.send(entry.record);
                }
                commitTransaction();
                return;
            } catch (ProducerFencedException | InvalidProducerEpochException | AuthorizationException e) {
                throw e;
            } catch (KafkaException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                log.warn("{} scores were not written, attempt {} of {}", batch.size(), attempt, ATTEMPTS, e);
                producer.abortTransaction();
            }
        }
    }

    /** Commits; whether a commit that timed out was taken is not known until it is asked for again. */
    private void commitTransaction() {
        for (int attempt = 1; ; attempt++) {
            try {
                producer.commitTransaction();
                return;
            } catch (TimeoutException e) {
                if (attempt == ATTEMPTS) {
                    throw new IllegalStateException("Kafka does not say whether it took a commit", e);
                }
            }
        }
    }

    private void fail(List<Entry> batch, VitoException cause) {
        failure = cause;
        batch.forEach(entry -> entry.written.completeExceptionally(cause)); // those that are done stay so
        refuseIfFailed();
    }

    @Override
    public void close() {
        CoordinatorFeed following = feed;
        if (following != null) {
            following.close();
        }
        closing = true;
        try {
            thread.join(CLOSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close(CLOSE);
    }
}
