package org.vito.ingest;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
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
    private static final int OFFSET_BITS = 48; // of a packed position; the partition lies above
    private static final int REQUESTS = 500; // of one transaction
    private static final long BYTES = 8L << 20; // of one transaction

    private final KafkaAccess kafka;
    private final Filter filter;
    private final IdTable last = new IdTable(); // where the last decision on each video lies
    private final IdTable waiting = new IdTable(); // videos that are asked about already
    private long chosen;
    private long waitingAlready;

    private CurationReplay(KafkaAccess kafka, Filter filter) {
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
        CurationReplay replay = new CurationReplay(kafka, filter);
        replay.choose(decision -> {});
        return new Result(replay.chosen, replay.waitingAlready);
    }

    /**
     * Asks. Blocks.
     *
     * @param progress told how many requests are committed, now and then
     * @throws VitoException KAFKA if Kafka does not answer, or another replay was begun; the message tells how many were sent
     */
    public static Result send(KafkaAccess kafka, Filter filter, InstantSource clock, LongConsumer progress) {
        CurationReplay replay = new CurationReplay(kafka, filter);
        try (Sender sender = new Sender(kafka, progress)) {
            sender.begin();
            replay.choose(decision -> sender.add(CurationRequest.newBuilder()
                    .setBefore(decision)
                    .setRequestedAtMs(clock.millis())
                    .build()));
            sender.commit();
        }
        return new Result(replay.chosen, replay.waitingAlready);
    }

    private interface Taker {
        void take(CurationDecision decision);
    }

    private void choose(Taker taker) {
        CommittedRecords.visitUndone(
                kafka, Topics.CURATION_REQUESTS, CurateRole.GROUP, (record, request) -> put(waiting, record, 1));
        CommittedRecords.visit(kafka, Topics.CURATED, (record, decision) -> put(last, record, position(record)));
        CommittedRecords.visit(kafka, Topics.CURATED, (record, decision) -> {
            if (get(last, record) == position(record) && filter.takes(decision)) {
                if (get(waiting, record) != IdTable.ABSENT) {
                    waitingAlready++;
                } else {
                    chosen++;
                    taker.take(decision);
                }
            }
        });
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
        private final LongConsumer progress;
        private final KafkaProducer<String, byte[]> producer;
        private final List<ProducerRecord<String, byte[]>> batch = new ArrayList<>();
        private long batchBytes;
        private long sent;

        Sender(KafkaAccess kafka, LongConsumer progress) {
            this.kafka = kafka;
            this.progress = progress;
            Map<String, Object> properties = new HashMap<>(kafka.producer());
            properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, TRANSACTIONS);
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
            if (batch.size() == REQUESTS || batchBytes >= BYTES) {
                commit();
            }
        }

        void commit() {
            if (batch.isEmpty()) {
                return;
            }
            try {
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
