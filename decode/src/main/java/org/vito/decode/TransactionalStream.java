package org.vito.decode;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.kafka.ConnectionCheckerSettings;
import akka.kafka.ConsumerSettings;
import akka.kafka.ProducerMessage;
import akka.kafka.ProducerSettings;
import akka.kafka.Subscriptions;
import akka.kafka.javadsl.Consumer;
import akka.kafka.javadsl.Transactional;
import akka.stream.RestartSettings;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.RestartSource;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.GroupMember;
import org.vito.protocol.KafkaAccess;
import scala.jdk.javaapi.DurationConverters;

/**
 * A stream from one topic to others in which a record's offset and everything made of it are committed in one transaction.
 * Trouble with Kafka, or a transform that fails, starts it again from the last commit, so often within so long; then it
 * fails.
 */
final class TransactionalStream {
    private static final Logger log = LoggerFactory.getLogger(TransactionalStream.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final double JITTER = 0.2;
    private static final int UNANSWERED_CHECKS = 3;
    private static final double CHECK_BACKOFF = 2;

    /**
     * Where a stream reads and as whom it writes.
     *
     * @param topic read by {@code group}
     * @param transactionalId kept over restarts of the process, used by no other live stream
     * @param parallelism most records in work at a time
     */
    record Route(String topic, String group, String transactionalId, int parallelism) {}

    private final ActorSystem<?> system;
    private final KafkaAccess kafka;
    private final DecodeSettings settings;
    private final Route route;
    private final Supplier<RecordTransform> transforms;
    private final SharedKillSwitch killSwitch;
    private final AtomicReference<Consumer.@Nullable Control> control = new AtomicReference<>();
    private final AtomicReference<@Nullable GroupMember> member = new AtomicReference<>();
    private volatile boolean stopping;

    TransactionalStream(
            ActorSystem<?> system,
            KafkaAccess kafka,
            DecodeSettings settings,
            SharedKillSwitch killSwitch,
            Route route,
            Supplier<RecordTransform> transforms) {
        this.system = system;
        this.kafka = kafka;
        this.settings = settings;
        this.killSwitch = killSwitch;
        this.route = route;
        this.transforms = transforms;
    }

    /**
     * Runs until stopped; completes when all that was begun is committed and the consumer has left its group, so that whoever
     * starts next need not wait for it, or with the cause when it gave up.
     */
    CompletionStage<Done> run() {
        DecodeSettings.Streams limits = settings.streams();
        RestartSettings restarts = RestartSettings.create(limits.minBackoff(), limits.maxBackoff(), JITTER)
                .withMaxRestarts(limits.maxRestarts(), limits.restartsWithin());
        return RestartSource.onFailuresWithBackoff(restarts, this::once)
                .via(killSwitch.flow())
                .runWith(Sink.ignore(), system)
                .handle((done, failure) -> left().thenCompose(left -> failure == null
                        ? CompletableFuture.completedFuture(done)
                        : CompletableFuture.<Done>failedFuture(failure)))
                .thenCompose(ended -> ended);
    }

    private Source<?, ?> once() {
        if (stopping) {
            return Source.empty();
        }
        RecordTransform transform = transforms.get();
        return Transactional.source(consumer(), Subscriptions.topics(route.topic()))
                .mapMaterializedValue(made -> {
                    control.set(made);
                    return made;
                })
                .mapAsync(route.parallelism(), message -> transform
                        .apply(message.record())
                        .thenApply(records -> ProducerMessage.multi(records, message.partitionOffset())))
                .via(Transactional.flow(producer(), route.transactionalId()))
                .watchTermination((made, ended) -> ended.whenComplete((done, failure) -> {
                    transform.close();
                    GroupMember read = member.get();
                    if (read != null) {
                        read.workIsOver();
                    }
                    if (failure != null && !stopping) {
                        log.warn("stream over {} broke off: {}", route.topic(), failure.toString());
                    }
                }));
    }

    private ConsumerSettings<String, byte[]> consumer() {
        return ConsumerSettings.create(system, new StringDeserializer(), new ByteArrayDeserializer())
                .withProperties(kafka.consumer(route.group()))
                .withConsumerFactory(this::member)
                .withStopTimeout(Duration.ZERO) // a stream that ends has committed, one that broke must not
                .withCommitTimeout(settings.streams().drainTimeout())
                .withConnectionChecker(ConnectionCheckerSettings.create(
                        UNANSWERED_CHECKS,
                        DurationConverters.toScala(settings.streams().connectionCheck()),
                        CHECK_BACKOFF));
    }

    private ProducerSettings<String, byte[]> producer() {
        return ProducerSettings.create(system, new StringSerializer(), new ByteArraySerializer())
                .withProperties(kafka.producer())
                .withProperty(
                        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                        String.valueOf(settings.streams().transactionTimeout().toMillis()))
                .withCloseTimeout(CLOSE_TIMEOUT);
    }

    /** Takes no more records; what is begun is finished and committed. */
    void stop() {
        stopping = true;
        Consumer.Control current = control.get();
        if (current == null || current.isShutdown().toCompletableFuture().isDone()) {
            killSwitch.shutdown(); // nothing runs: it waits to start again
        } else {
            current.stop();
        }
    }

    /** Completes when the consumer has left its group. */
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
                .completeOnTimeout(Done.getInstance(), CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private GroupMember member(ConsumerSettings<String, byte[]> of) {
        GroupMember made = new GroupMember(of.getProperties());
        member.set(made);
        return made;
    }
}
