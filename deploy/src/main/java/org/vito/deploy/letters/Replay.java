package org.vito.deploy.letters;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Sends the original records of dead letters once more, each in one transaction with the mark that it was, so that it is
 * sent exactly once however often the command is broken off and started again. All replays share one transactional id: a
 * second one ends the first, and sees every mark of it.
 */
public final class Replay implements AutoCloseable {
    private static final String TRANSACTIONS = "vito-deadletters-replay";
    private static final int LETTERS = 100; // of one transaction
    private static final long BYTES = 16L << 20; // of one transaction

    private final KafkaAccess kafka;
    private final KafkaProducer<String, byte[]> producer;
    private final List<ProducerRecord<String, byte[]>> batch = new ArrayList<>();
    private long batchBytes;
    private int batched;
    private int sent;

    private Replay(KafkaAccess kafka) {
        this.kafka = kafka;
        Map<String, Object> properties = new HashMap<>(kafka.producer());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, TRANSACTIONS);
        producer = new KafkaProducer<>(properties);
    }

    /**
     * Begins; ends whichever replay was under way. List the letters after this to see what that one had sent.
     *
     * @throws VitoException {@link Reason#KAFKA} if Kafka does not answer
     */
    public static Replay begin(KafkaAccess kafka) {
        Replay replay = new Replay(kafka);
        try {
            replay.producer.initTransactions();
            return replay;
        } catch (KafkaException e) {
            replay.close();
            throw replay.failed(e);
        }
    }

    /**
     * Sends the original records of {@code ids}, which must hold one.
     *
     * @param progress told how many are committed, now and then
     * @return how many were sent
     * @throws VitoException {@link Reason#KAFKA} if Kafka does not take them, which says how many it has taken; {@link
     *     Reason#NOT_FOUND} if one is not there
     */
    public int send(Collection<LetterId> ids, IntConsumer progress) {
        try (LetterBox box = LetterBox.open(kafka)) {
            box.each(ids, whole -> {
                add(whole);
                if (batched == LETTERS || batchBytes >= BYTES) {
                    commit();
                    progress.accept(sent);
                }
            });
            commit();
            progress.accept(sent);
            return sent;
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }

    private void add(LetterBox.DeadLetterAt whole) {
        batch.add(DeadLetters.replay(whole.letter()));
        batch.add(DeadLetters.mark(whole.id().partition(), whole.id().offset()));
        batchBytes += whole.letter().getValue().size();
        batched++;
    }

    private void commit() {
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
        sent += batched;
        batch.clear();
        batched = 0;
        batchBytes = 0;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the commit fails if one of them does
    private void send(ProducerRecord<String, byte[]> record) {
        producer.send(record);
    }

    private VitoException failed(KafkaException e) {
        String why = e instanceof ProducerFencedException ? "another replay was started" : e.getMessage();
        return new VitoException(
                Reason.KAFKA,
                "Kafka at %s took %d letters and no more: %s; start again to go on"
                        .formatted(kafka.bootstrapServers(), sent, why),
                e);
    }
}
