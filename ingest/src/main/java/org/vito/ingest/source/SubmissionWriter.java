package org.vito.ingest.source;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.VideoSubmission;

/** Writes submissions, and letters about what could not be submitted, to Kafka. Safe to share. */
public final class SubmissionWriter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SubmissionWriter.class);
    private static final long TIMEOUT_SECONDS = 90;

    private final KafkaProducer<String, byte[]> producer;

    private SubmissionWriter(KafkaProducer<String, byte[]> producer) {
        this.producer = producer;
    }

    /** Opens a producer; close the writer to end it. */
    public static SubmissionWriter open(KafkaAccess kafka) {
        return new SubmissionWriter(new KafkaProducer<>(new HashMap<String, Object>(kafka.producer())));
    }

    /**
     * Writes everything and returns when Kafka has acknowledged all of it; blocks.
     *
     * @throws RetriableException ({@link Reason#KAFKA}) if it has not; some may have been written
     */
    public void write(List<VideoSubmission> submissions, List<DeadLetter> letters) {
        List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
        submissions.forEach(s -> records.add(Topics.SUBMITTED.record(s)));
        letters.forEach(l -> records.add(Topics.DEAD_LETTERS.record(l)));
        try {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (ProducerRecord<String, byte[]> record : records) {
                sent.add(producer.send(record));
            }
            for (Future<RecordMetadata> one : sent) {
                one.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetriableException(Reason.KAFKA, "interrupted while writing to " + Topics.SUBMITTED, e);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new RetriableException(Reason.KAFKA, "could not write to " + Topics.SUBMITTED + ": " + e, e);
        }
    }

    /** Writes a video's record and does not wait for it; what fails is logged. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of failures
    public void send(StoredVideo video) {
        producer.send(Topics.STORED.record(video), (sent, failure) -> {
            if (failure != null) {
                log.warn("the record of video {} could not be written: {}", video.getVideoId(), failure.toString());
            }
        });
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
