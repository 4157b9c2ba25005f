package org.vito.deploy;

import java.util.HashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Writes a command's one record. */
final class RecordSender {
    private static final int TIMEOUT_S = 30;

    private RecordSender() {}

    /**
     * Returns when every replica in sync has the record.
     *
     * @param what it is, for the message of a failure
     * @throws VitoException {@link Reason#KAFKA} if that takes too long or fails
     */
    static void send(KafkaAccess kafka, ProducerRecord<String, byte[]> record, String what) {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(new HashMap<String, Object>(kafka.producer()))) {
            producer.send(record).get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new VitoException(
                    Reason.KAFKA,
                    "Kafka at %s did not take %s: %s".formatted(kafka.bootstrapServers(), what, e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VitoException(Reason.KAFKA, "interrupted while Kafka took " + what, e);
        }
    }
}
