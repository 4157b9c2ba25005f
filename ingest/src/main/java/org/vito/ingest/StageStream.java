package org.vito.ingest;

import akka.Done;
import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.kafka.ConsumerMessage.PartitionOffset;
import akka.kafka.ConsumerMessage.TransactionalMessage;
import akka.kafka.ConsumerSettings;
import akka.kafka.ProducerMessage;
import akka.kafka.ProducerMessage.Envelope;
import akka.kafka.ProducerSettings;
import akka.kafka.Subscriptions;
import akka.kafka.javadsl.Consumer;
import akka.kafka.javadsl.Transactional;
import akka.stream.KillSwitches;
import akka.stream.RestartSettings;
import akka.stream.SharedKillSwitch;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.RestartSource;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.GroupMember;
import org.vito.protocol.Platform;

/**
 * A stream from one topic to others in which what is read and what is written for it commit in one Kafka transaction. When
 * it fails, what was not committed is forgotten and it starts again, with growing pauses and not for ever.
 */
final class StageStream {
    private static final long LEAVE_MS = 10_000;

    /** What a stage does to records; one is made for each start of the stream and closed when that run has ended. */
    interface Work extends AutoCloseable {
        /** Turns each record, in order, into an envelope with its offset. */
        Flow<TransactionalMessage<String, byte[]>, Envelope<String, byte[], PartitionOffset>, NotUsed> flow();

        /** Completes when the work has begun to take records. */
        CompletionStage<Void> ready();

        @Override
        void close();
    }

    /** Hears of the stream's life, on any thread. */
    interface Listener {
        void up();

        void down(Throwable cause);
    }

    private final Runnable drain; // closes the tap; what is inside flows off
    private final Runnable cut; // lets go of what is inside too
    private final CompletionStage<Done> ended;

    private StageStream(Runnable drain, Runnable cut, CompletionStage<Done> ended) {
        this.drain = drain;
        this.cut = cut;
        this.ended = ended;
    }

    /**
     * Both as one, which has ended when both have. What {@code waiting} holds waits for its time; it is cut rather than
     * drained.
     */
    static StageStream together(StageStream main, StageStream waiting) {
        CompletionStage<Done> first = main.ended.whenComplete((done, error) -> waiting.cut());
        CompletionStage<Done> second = waiting.ended.whenComplete((done, error) -> {
            if (error != null) {
                main.cut();
            }
        });
        return new StageStream(
                () -> {
                    waiting.cut();
                    main.drain();
                },
                () -> {
                    waiting.cut();
                    main.cut();
                },
                first.thenCombine(second, (one, other) -> one));
    }

    /** Starts to read {@code topic} as the consumer group {@code group}. */
    static StageStream start(
            ActorSystem<?> system,
            Platform platform,
            IngestSettings settings,
            String topic,
            String group,
            Supplier<Work> work,
            Listener listener) {
        return start(system, platform, settings, Set.of(topic), group, work, listener);
    }

    /** Starts to read {@code topics}, in whatever order, as the consumer group {@code group}. */
    static StageStream start(
            ActorSystem<?> system,
            Platform platform,
            IngestSettings settings,
            Set<String> topics,
            String group,
            Supplier<Work> work,
            Listener listener) {
        IngestSettings.Restart restart = settings.restart();
        RestartSettings restarts = RestartSettings.create(restart.base(), restart.most(), 0.2)
                .withMaxRestarts(restart.restarts(), restart.within());
        return new Reading(system, platform, topics, group, listener).begin(restarts, work);
    }

    /** What is read as one consumer group, over all restarts of the stream. */
    private static final class Reading {
        private final ActorSystem<?> system;
        private final Platform platform;
        private final Set<String> topics;
        private final String group;
        private final Listener listener;
        private final SharedKillSwitch intake;
        private final AtomicReference<Consumer.@Nullable Control> control = new AtomicReference<>();
        private final AtomicReference<@Nullable GroupMember> member = new AtomicReference<>();
        private volatile boolean draining;
        private volatile boolean cut;

        Reading(ActorSystem<?> system, Platform platform, Set<String> topics, String group, Listener listener) {
            this.system = system;
            this.platform = platform;
            this.topics = topics;
            this.group = group;
            this.listener = listener;
            intake = KillSwitches.shared(group);
        }

        StageStream begin(RestartSettings restarts, Supplier<Work> work) {
            var done = RestartSource.<Done>onFailuresWithBackoff(
                            restarts, () -> Source.lazySource(() -> draining ? Source.empty() : once(work.get())))
                    .viaMat(KillSwitches.single(), Keep.right())
                    .toMat(Sink.ignore(), Keep.both())
                    .run(system);
            UniqueKillSwitch whole = done.first();
            return new StageStream(
                    this::drain,
                    () -> {
                        cut = true;
                        leave();
                        intake.shutdown();
                        whole.shutdown();
                    },
                    done.second().thenCompose(all -> cut ? CompletableFuture.completedFuture(all) : left()));
        }

        private void drain() {
            draining = true;
            Consumer.Control current = control.get();
            if (current == null || current.isShutdown().toCompletableFuture().isDone()) {
                intake.shutdown(); // nothing runs: it starts, or waits to start again
            } else {
                current.stop();
            }
        }

        private Source<Done, NotUsed> once(Work work) {
            work.ready().thenRun(listener::up);
            Executor closing = system.dispatchers().lookup(IngestRole.BLOCKING);
            return run(work).watchTermination((made, end) -> {
                end.whenComplete((done, error) -> workIsOver());
                end.whenCompleteAsync(
                        (done, error) -> {
                            work.close();
                            if (error != null) {
                                listener.down(error);
                            }
                        },
                        closing);
                return NotUsed.getInstance();
            });
        }

        private Source<Done, ?> run(Work work) {
            ConsumerSettings<String, byte[]> consumer = ConsumerSettings.create(
                            system, new StringDeserializer(), new ByteArrayDeserializer())
                    .withProperties(platform.kafka().consumer(group))
                    .withConsumerFactory(this::member);
            ProducerSettings<String, byte[]> producer = ProducerSettings.create(
                            system, new StringSerializer(), new ByteArraySerializer())
                    .withProperties(platform.kafka().producer());
            return Transactional.source(consumer, Subscriptions.topics(topics))
                    .mapMaterializedValue(made -> {
                        control.set(made);
                        return made;
                    })
                    .via(intake.flow())
                    .via(work.flow())
                    .via(Transactional.flow(producer, group + "-" + platform.instance()))
                    .map(result -> Done.getInstance());
        }

        private GroupMember member(ConsumerSettings<String, byte[]> of) {
            GroupMember made = new GroupMember(of.getProperties());
            member.set(made);
            return made;
        }

        /** What is under way will not be committed; nobody need wait for it, nor the group for this member. */
        private void leave() {
            GroupMember read = member.get();
            if (read != null) {
                read.leave();
            }
        }

        private void workIsOver() {
            GroupMember read = member.get();
            if (read != null) {
                read.workIsOver();
            }
        }

        /** Completes when the consumer has left its group, so that whoever starts next need not wait for it. */
        private CompletionStage<Done> left() {
            Consumer.Control current = control.get();
            GroupMember last = member.get();
            if (current == null || last == null) {
                return CompletableFuture.completedFuture(Done.getInstance());
            }
            last.leave();
            current.shutdown();
            return last.left()
                    .thenApply(left -> Done.getInstance())
                    .toCompletableFuture()
                    .completeOnTimeout(Done.getInstance(), LEAVE_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** The envelope that writes {@code records} and, with them, that {@code offset} is done. */
    static Envelope<String, byte[], PartitionOffset> envelope(
            List<ProducerRecord<String, byte[]>> records, PartitionOffset offset) {
        return records.isEmpty() ? ProducerMessage.passThrough(offset) : ProducerMessage.multi(records, offset);
    }

    /** Completes when the stream has ended for good. */
    CompletionStage<Done> ended() {
        return ended;
    }

    /** Takes no more records and ends when what was taken has been committed. */
    void drain() {
        drain.run();
    }

    /** Ends now; what was not committed is done after the next start. */
    void cut() {
        cut.run();
    }
}
