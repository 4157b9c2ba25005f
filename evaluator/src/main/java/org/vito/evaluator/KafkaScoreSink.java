package org.vito.evaluator;

import java.time.Duration;
import java.util.HashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.vito.evaluator.plan.ScoreSink;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.EvaluationScore;

/** Writes scores to {@code vito.scores}, acknowledged by every replica in sync, and dead letters. */
final class KafkaScoreSink implements ScoreSink, AutoCloseable {
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final KafkaProducer<String, byte[]> producer;

    KafkaScoreSink(KafkaAccess kafka) {
        HashMap<String, Object> properties = new HashMap<>(kafka.producer());
        properties.put(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, "5000"); // a score is small: no long wait for buffer or metadata
        producer = new KafkaProducer<>(properties);
    }

    @Override
    public CompletionStage<Void> write(EvaluationScore score) {
        return send(Topics.SCORES.record(score));
    }

    CompletionStage<Void> write(DeadLetter letter) {
        return send(Topics.DEAD_LETTERS.record(letter));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of failures
    private CompletionStage<Void> send(ProducerRecord<String, byte[]> record) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        try {
            producer.send(record, (metadata, failure) -> {
                if (failure == null) {
                    written.complete(null);
                } else {
                    written.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) { // buffer full or metadata late
            written.completeExceptionally(e);
        }
        return written;
    }

    @Override
    public void close() {
        producer.close(CLOSE);
    }
}
