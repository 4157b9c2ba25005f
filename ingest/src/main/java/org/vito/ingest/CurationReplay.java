package org.vito.ingest;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.vito.ingest.index.IdTable;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.CurationRequest;

/**
 * Asks for decisions to be made again by the rule as it is now. A request is a record of {@link Topics#CURATION_REQUESTS} with the
 * last decision on a video; the curate role answers it with a new one, in one transaction. A video whose request nobody has
 * answered yet is not asked about twice, so that asking may break off and begin anew. Of several at work the last one goes on.
 */
public final class CurationReplay {
    private static final String TRANSACTIONS = "vito-curate-replay";
    private static final String REFILLS = "vito-curate-refill";
    private static final int OFFSET_BITS = 48; // of a packed position; the partition lies above
    private static final int REQUESTS = 500; // of one transaction
    private static final long BYTES = 8L << 20; // of one transaction

    private final KafkaAccess kafka;
    private final Predicate<CurationDecision> filter;
    private final IdTable last = new IdTable(); // where the last decision on each video lies
    private final IdTable waiting = new IdTable(); // videos that are asked about already
    private long chosen;
    private long waitingAlready;

    private CurationReplay(KafkaAccess kafka, Predicate<CurationDecision> filter) {
        this.kafka = kafka;
        this.filter = filter;
    }

    /**
     * Which decisions.
     *
     * @param sinceMs made then or later
     * @param untilMs made before
     * @param accepted of accepted videos, or of others; nothing = of either
     * @param categories of one of these; none = of any
     * @param curator by a rule whose name begins so
     */
    public record Filter(
            long sinceMs, long untilMs, Optional<Boolean> accepted, Set<String> categories, String curator) {
        public Filter {
            categories = Set.copyOf(categories);
        }

        boolean takes(CurationDecision decision) {
            return decision.getDecidedAtMs() >= sinceMs
                    && decision.getDecidedAtMs() < untilMs
                    && accepted.map(wanted -> wanted == decision.getAccepted()).orElse(true)
                    && (categories.isEmpty() || categories.contains(decision.getCategory()))
                    && decision.getCurator().startsWith(curator)
                    && !decision.getVideo().getVideoId().isEmpty();
        }
    }

    /**
     * What was found.
     *
     * @param chosen videos that are asked about, or would be
     * @param waiting videos that were asked about before and wait for their decision
     */
    public record Result(long chosen, long waiting) {}

    /** Tells what {@link #send} would ask about. Blocks. @throws VitoException KAFKA if Kafka does not answer */
    public static Result count(KafkaAccess kafka, Filter filter) {
        CurationReplay replay = new CurationReplay(kafka, filter::takes);
        replay.choose(Long.MAX_VALUE, decision -> {});
        return new Result(replay.chosen, replay.waitingAlready);
    }

    /**
     * Asks. Blocks.
     *
     * @param progress told how many requests are committed, now and then
     * @throws VitoException KAFKA if Kafka does not answer, or another replay was begun; the message tells how many were sent
     */
    public static Result send(KafkaAccess kafka, Filter filter, InstantSource clock, LongConsumer progress) {
        CurationReplay replay = new CurationReplay(kafka, filter::takes);
        replay.send(Long.MAX_VALUE, new Sender(kafka, TRANSACTIONS, REQUESTS, () -> {}, progress), clock);
        return new Result(replay.chosen, replay.waitingAlready);
    }

    /** Waits until the next requests may be written; throws what ends the replay. */
    interface Turn {
        void await();
    }

    /**
     * Asks, a few at a time, about those of the {@code most} videos decided last that {@code filter} takes; only as far as the last
     * one to be begun. Blocks.
     *
     * @param requests of one transaction
     * @param turn awaited before each
     * @throws VitoException as {@link #send(KafkaAccess, Filter, InstantSource, LongConsumer)}
     */
    static Result refill(
            KafkaAccess kafka,
            Predicate<CurationDecision> filter,
            long most,
            int requests,
            Turn turn,
            InstantSource clock) {
        CurationReplay replay = new CurationReplay(kafka, filter);
        replay.send(most, new Sender(kafka, REFILLS, requests, turn, sent -> {}), clock);
        return new Result(replay.chosen, replay.waitingAlready);
    }

    /** How many requests nobody has answered yet. Blocks. @throws VitoException KAFKA if Kafka does not answer */
    static int waiting(KafkaAccess kafka) {
        AtomicInteger waiting = new AtomicInteger();
        CommittedRecords.visitUndone(
                kafka, Topics.CURATION_REQUESTS, CurateRole.GROUP, (record, request) -> waiting.incrementAndGet());
        return waiting.get();
    }

    private void send(long most, Sender sender, InstantSource clock) {
        try (sender) {
            sender.begin();
            choose(
                    most,
                    decision -> sender.add(CurationRequest.newBuilder()
                            .setBefore(decision)
                            .setRequestedAtMs(clock.millis())
                            .build()));
            sender.commit();
        }
    }

    private interface Taker {
        void take(CurationDecision decision);
    }

    private void choose(long most, Taker taker) {
        CommittedRecords.visitUndone(
                kafka, Topics.CURATION_REQUESTS, CurateRole.GROUP, (record, request) -> put(waiting, record, 1));
        Newest newest = new Newest(most);
        CommittedRecords.visit(kafka, Topics.CURATED, (record, decision) -> {
            if (get(last, record) == IdTable.ABSENT) {
                newest.count(record.partition());
            }
            put(last, record, position(record));
        });
        CommittedRecords.visit(kafka, Topics.CURATED, (record, decision) -> {
            boolean isLast = get(last, record) == position(record);
            if (isLast && newest.isAmong(record.partition()) && filter.test(decision)) {
                if (get(waiting, record) != IdTable.ABSENT) {
                    waitingAlready++;
                } else {
                    chosen++;
                    taker.take(decision);
                }
            }
        });
    }

    /** Tells which videos are among the {@code most} decided last: of each partition as large a share. */
    static final class Newest {
        private final long most;
        private final Map<Integer, Long> counts = new HashMap<>(); // of videos, by partition
        private final Map<Integer, Long> seen = new HashMap<>();
        private long all;

        Newest(long most) {
            this.most = most;
        }

        void count(int partition) {
            counts.merge(partition, 1L, Long::sum);
            all++;
        }

        /** Of the next video of a partition. */
        boolean isAmong(int partition) {
            long count = counts.getOrDefault(partition, 0L);
            long later = count - seen.merge(partition, 1L, Long::sum);
            return later < (double) most * count / all;
        }
    }

    private static long position(ConsumerRecord<String, byte[]> record) {
        return ((long) record.partition() << OFFSET_BITS) | record.offset();
    }

    private static void put(IdTable table, ConsumerRecord<String, byte[]> record, long value) {
        if (isId(record.key())) {
            table.put(record.key(), value);
        }
    }

    private static long get(IdTable table, ConsumerRecord<String, byte[]> record) {
        return isId(record.key()) ? table.get(record.key()) : IdTable.ABSENT;
    }

    private static boolean isId(String key) {
        return key != null && key.matches("[0-9a-f]{64}");
    }

    /** Writes requests, some hundred in a transaction. */
    private static final class Sender implements AutoCloseable {
        private final KafkaAccess kafka;
        private final int requests;
        private final Turn turn;
        private final LongConsumer progress;
        private final KafkaProducer<String, byte[]> producer;
        private final List<ProducerRecord<String, byte[]>> batch = new ArrayList<>();
        private long batchBytes;
        private long sent;

        /** @param requests most of one transaction, for each of which {@code turn} is awaited */
        Sender(KafkaAccess kafka, String transactions, int requests, Turn turn, LongConsumer progress) {
            this.kafka = kafka;
            this.requests = requests;
            this.turn = turn;
            this.progress = progress;
            Map<String, Object> properties = new HashMap<>(kafka.producer());
            properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactions);
            producer = new KafkaProducer<>(properties);
        }

        /** Ends whichever replay was under way. */
        void begin() {
            try {
                producer.initTransactions();
            } catch (KafkaException e) {
                throw failed(e);
            }
        }

        void add(CurationRequest request) {
            batch.add(Topics.CURATION_REQUESTS.record(request));
            batchBytes += request.getSerializedSize();
            if (batch.size() == requests || batchBytes >= BYTES) {
                commit();
            }
        }

        void commit() {
            if (batch.isEmpty()) {
                return;
            }
            try {
                turn.await();
                producer.beginTransaction();
                batch.forEach(this::send);
                producer.commitTransaction();
            } catch (KafkaException e) {
                throw failed(e);
            }
            sent += batch.size();
            batch.clear();
            batchBytes = 0;
            progress.accept(sent);
        }

        @SuppressWarnings("FutureReturnValueIgnored") // the commit fails if one of them does
        private void send(ProducerRecord<String, byte[]> record) {
            producer.send(record);
        }

        private VitoException failed(KafkaException e) {
            String why = e instanceof ProducerFencedException ? "another replay was started" : e.getMessage();
            return new VitoException(
                    Reason.KAFKA,
                    "Kafka at %s took %d requests and no more: %s; start again to go on"
                            .formatted(kafka.bootstrapServers(), sent, why),
                    e);
        }

        @Override
        public void close() {
            producer.close(Duration.ofSeconds(5));
        }
    }
}
