package org.vito.ingest;

import akka.NotUsed;
import akka.kafka.ConsumerMessage.PartitionOffset;
import akka.kafka.ConsumerMessage.TransactionalMessage;
import akka.kafka.ProducerMessage.Envelope;
import akka.stream.javadsl.Flow;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.RetriableException;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;

/**
 * What ingest does to submissions: many are taken in at a time, their records are written in the order they came. One that
 * must wait for another attempt goes to {@link Topics#RETRIES}, in the transaction that says it was read, and comes back from
 * there; nobody waits behind it.
 */
final class IngestWork implements StageStream.Work {
    private final Intake intake;
    private final VideoRegistry registry;
    private final StageMeter meter;
    private final InstantSource clock;
    private final Executor blocking;
    private final Input input;
    private final BiConsumer<Duration, Runnable> later;

    /**
     * Where submissions come from.
     *
     * @param read what a record asks for
     * @param inFlight most of them taken in at a time
     * @param working counts those
     */
    record Input(Function<ConsumerRecord<String, byte[]>, Attempt> read, int inFlight, AtomicInteger working) {}

    /** @param later runs something after a while */
    IngestWork(
            Intake intake,
            VideoRegistry registry,
            StageMeter meter,
            InstantSource clock,
            Executor blocking,
            Input input,
            BiConsumer<Duration, Runnable> later) {
        this.intake = intake;
        this.registry = registry;
        this.meter = meter;
        this.clock = clock;
        this.blocking = blocking;
        this.input = input;
        this.later = later;
    }

    private record Taken(Outcome outcome, PartitionOffset offset) {}

    @Override
    public Flow<TransactionalMessage<String, byte[]>, Envelope<String, byte[], PartitionOffset>, NotUsed> flow() {
        return Flow.<TransactionalMessage<String, byte[]>>create()
                .mapAsync(input.inFlight(), this::take)
                .mapAsync(1, this::write);
    }

    @Override
    public CompletionStage<Void> ready() {
        return registry.refreshed();
    }

    @Override
    public void close() {
        registry.close();
    }

    private CompletionStage<Taken> take(TransactionalMessage<String, byte[]> message) {
        input.working().incrementAndGet();
        return ready().thenCompose(known -> outcome(message.record()))
                .thenApply(outcome -> new Taken(outcome, message.partitionOffset()))
                .whenComplete((taken, error) -> input.working().decrementAndGet());
    }

    private CompletionStage<Outcome> outcome(ConsumerRecord<String, byte[]> record) {
        Attempt attempt;
        try {
            attempt = input.read().apply(record);
        } catch (DamagedRecordException e) {
            String subject = "%s-%d@%d".formatted(record.topic(), record.partition(), record.offset());
            return CompletableFuture.completedStage(new Outcome.Refused(record, "ingest.read", subject, e, 1, null));
        }
        long waitMs = attempt.notBeforeMs() - clock.millis();
        if (waitMs <= 0) {
            return intake.take(attempt);
        }
        CompletableFuture<Void> due = new CompletableFuture<>();
        later.accept(Duration.ofMillis(waitMs), () -> due.complete(null));
        return due.thenCompose(now -> intake.take(attempt));
    }

    private CompletionStage<Envelope<String, byte[], PartitionOffset>> write(Taken taken) {
        return registry.refreshed()
                .thenApplyAsync(known -> StageStream.envelope(records(taken.outcome()), taken.offset()), blocking);
    }

    private List<ProducerRecord<String, byte[]>> records(Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            return refuse(refused);
        }
        if (outcome instanceof Outcome.Postponed postponed) {
            long notBeforeMs = clock.millis() + postponed.pause().toMillis();
            return List.of(Topics.RETRIES.record(Attempt.retry(postponed.record(), postponed.attempts(), notBeforeMs)));
        }
        if (outcome instanceof Outcome.Divided divided) {
            return divided.videos().stream().map(Topics.SUBMITTED::record).toList();
        }
        Outcome.Accepted accepted = (Outcome.Accepted) outcome;
        try {
            List<ProducerRecord<String, byte[]>> records =
                    registry.register(accepted).map(Topics.STORED::record).stream()
                            .toList();
            registry.release(accepted.put().sha256());
            meter.passed(1);
            return records;
        } catch (RetriableException e) {
            throw e; // of Kafka, not of the video: the stream starts again and the submission is taken again
        } catch (RuntimeException e) { // a damaged record of the video, or a defect
            String uri = Intake.shown(accepted.submission());
            return refuse(new Outcome.Refused(outcome.record(), "ingest.store", uri, e, 1, accepted.put()));
        }
    }

    private List<ProducerRecord<String, byte[]>> refuse(Outcome.Refused refused) {
        meter.failed();
        if (refused.put() != null) {
            registry.release(refused.put().sha256());
            registry.discard(refused.put());
        }
        return List.of(Topics.DEAD_LETTERS.record(DeadLetters.of(
                refused.stage(), refused.subject(), refused.cause(), refused.attempts(), refused.record(), clock)));
    }
}
