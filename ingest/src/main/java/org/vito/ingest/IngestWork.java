package org.vito.ingest;

import akka.NotUsed;
import akka.kafka.ConsumerMessage.PartitionOffset;
import akka.kafka.ConsumerMessage.TransactionalMessage;
import akka.kafka.ProducerMessage.Envelope;
import akka.stream.javadsl.Flow;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.vito.ingest.fetch.Addresses;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.RetriableException;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;

/** What ingest does to submissions: many are taken in at a time, their records are written in the order they came. */
final class IngestWork implements StageStream.Work {
    private final Intake intake;
    private final VideoRegistry registry;
    private final StageMeter meter;
    private final InstantSource clock;
    private final Executor blocking;
    private final int inFlight;
    private final AtomicInteger working = new AtomicInteger();

    IngestWork(
            Intake intake,
            VideoRegistry registry,
            StageMeter meter,
            InstantSource clock,
            Executor blocking,
            int inFlight) {
        this.intake = intake;
        this.registry = registry;
        this.meter = meter;
        this.clock = clock;
        this.blocking = blocking;
        this.inFlight = inFlight;
        meter.queue(working::get, inFlight);
    }

    private record Taken(Outcome outcome, PartitionOffset offset) {}

    @Override
    public Flow<TransactionalMessage<String, byte[]>, Envelope<String, byte[], PartitionOffset>, NotUsed> flow() {
        return Flow.<TransactionalMessage<String, byte[]>>create()
                .mapAsync(inFlight, this::take)
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
        working.incrementAndGet();
        return ready().thenCompose(known -> intake.take(message.record()))
                .thenApply(outcome -> new Taken(outcome, message.partitionOffset()))
                .whenComplete((taken, error) -> working.decrementAndGet());
    }

    private CompletionStage<Envelope<String, byte[], PartitionOffset>> write(Taken taken) {
        return registry.refreshed()
                .thenApplyAsync(known -> StageStream.envelope(records(taken.outcome()), taken.offset()), blocking);
    }

    private List<ProducerRecord<String, byte[]>> records(Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            return refuse(refused);
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
            String uri = Addresses.shown(accepted.submission().getUri());
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
