package org.vito.learner.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topic;
import org.vito.protocol.VitoException;

/**
 * What a learner tells Kafka, in transactions: steps, dead letters and checkpoints, in the order they were given.
 *
 * <p>The transactional id is that of the run. Opening a journal fences every earlier one of the same run: its next commit
 * fails with {@link Reason#FORBIDDEN}, so whoever flushes before making a checkpoint durable cannot do so after a newer
 * learner has begun. A journal that failed stays failed, and is never opened again by itself: that would fence the newer one.
 */
final class TrainingJournal implements AutoCloseable {
    private static final int CAPACITY = 1024;
    private static final Duration COMMIT_EVERY = Duration.ofMillis(250);
    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    private static final int ATTEMPTS = 3;

    /** A record to write, or nothing but the wish to hear when everything before is committed. */
    private record Entry(
            @Nullable ProducerRecord<String, byte[]> record, @Nullable CompletableFuture<Void> committed) {}

    private final String run;
    private final KafkaProducer<String, byte[]> producer;
    private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable VitoException failure;

    private TrainingJournal(String run, KafkaProducer<String, byte[]> producer) {
        this.run = run;
        this.producer = producer;
        thread = new Thread(this::write, "vito-learner-journal-" + run);
        thread.setDaemon(true);
    }

    /**
     * Opens the run's journal and fences all others of that run.
     *
     * @throws RetriableException if Kafka does not answer
     */
    static TrainingJournal open(KafkaAccess kafka, String run) {
        Map<String, Object> properties = new HashMap<>(kafka.producer());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "vito-learner-" + run);
        KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties);
        try {
            producer.initTransactions();
        } catch (KafkaException e) {
            producer.close(Duration.ZERO);
            throw new RetriableException(
                    Reason.KAFKA, "cannot open the journal of run " + run + ": " + e.getMessage(), e);
        }
        TrainingJournal journal = new TrainingJournal(run, producer);
        journal.thread.start();
        return journal;
    }

    /** Queues a message; it is committed within a moment. Waits while the queue is full. */
    <T extends com.google.protobuf.Message> void tell(Topic<T> topic, T message) {
        put(new Entry(topic.record(message), null));
    }

    /** Returns when everything told so far is committed. */
    void flush() {
        CompletableFuture<Void> committed = new CompletableFuture<>();
        put(new Entry(null, committed));
        try {
            committed.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof VitoException known ? known : unavailable(e);
        } catch (TimeoutException e) {
            throw unavailable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(e);
        }
    }

    /** Commits what is queued, where that is still possible, and ends. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ofSeconds(5));
    }

    private void put(Entry entry) {
        try {
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (!queue.offer(entry, 100, TimeUnit.MILLISECONDS)) {
                throwIfFailed();
                if (System.nanoTime() > deadline) {
                    throw unavailable(null);
                }
            }
            throwIfFailed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(e);
        }
    }

    private void throwIfFailed() {
        VitoException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }

    private void write() {
        try {
            while (!closed || !queue.isEmpty()) {
                List<Entry> batch = gather();
                if (!batch.isEmpty()) {
                    commit(batch.stream()
                            .<ProducerRecord<String, byte[]>>mapMulti((entry, records) -> {
                                if (entry.record() != null) {
                                    records.accept(entry.record());
                                }
                            })
                            .toList());
                    complete(batch, null);
                }
            }
        } catch (InterruptedException e) {
            fail(unavailable(e));
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            fail(new VitoException(
                    Reason.FORBIDDEN,
                    "run " + run + " is trained by another learner now, which has fenced this one",
                    e));
        } catch (AuthorizationException e) {
            fail(new VitoException(Reason.KAFKA, "may not write the journal of run " + run + ": " + e.getMessage(), e));
        } catch (RuntimeException e) {
            fail(unavailable(e));
        }
    }

    private final List<Entry> inHand = new ArrayList<>();

    /** Everything that comes within a moment, or at once if somebody waits for it. */
    private List<Entry> gather() throws InterruptedException {
        inHand.clear();
        Entry entry = queue.poll(COMMIT_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        long deadline = System.nanoTime() + COMMIT_EVERY.toNanos();
        while (entry != null) {
            inHand.add(entry);
            if (entry.committed() != null || inHand.size() == CAPACITY || (closed && queue.isEmpty())) {
                break;
            }
            entry = queue.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        return inHand;
    }

    private void commit(List<ProducerRecord<String, byte[]>> records) {
        for (int attempt = 1; !records.isEmpty(); attempt++) {
            try {
                producer.beginTransaction();
                for (ProducerRecord<String, byte[]> record : records) {
                    Future<RecordMetadata> unused = producer.send(record); // the commit tells whether it arrived
                }
                producer.commitTransaction();
                return;
            } catch (ProducerFencedException | InvalidProducerEpochException | AuthorizationException e) {
                throw e;
            } catch (KafkaException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                producer.abortTransaction();
            }
        }
    }

    private void fail(VitoException cause) {
        failure = cause;
        complete(inHand, cause);
        List<Entry> rest = new ArrayList<>();
        queue.drainTo(rest);
        complete(rest, cause);
    }

    private static void complete(List<Entry> entries, @Nullable VitoException failure) {
        for (Entry entry : entries) {
            CompletableFuture<Void> committed = entry.committed();
            if (committed != null && failure == null) {
                committed.complete(null);
            } else if (committed != null) {
                committed.completeExceptionally(failure);
            }
        }
    }

    private RetriableException unavailable(@Nullable Throwable cause) {
        String why = cause == null ? "no answer in " + TIMEOUT.toSeconds() + " s" : String.valueOf(cause);
        RetriableException exception =
                new RetriableException(Reason.KAFKA, "the journal of run " + run + " cannot be written: " + why);
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }
}
