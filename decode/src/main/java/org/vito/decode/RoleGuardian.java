package org.vito.decode;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.stream.AbruptStageTerminationException;
import akka.stream.AbruptTerminationException;
import akka.stream.SharedKillSwitch;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole.Health;
import org.vito.protocol.RunningRole.Status;
import org.vito.protocol.VitoException;

/** The life of the decode role: its streams run until one gives up or the role is stopped; then all end. */
final class RoleGuardian extends AbstractBehavior<RoleGuardian.Command> {
    sealed interface Command {}

    /** Finish what is begun and end. */
    record Stop() implements Command {}

    private record StreamEnded(String stream, @Nullable Throwable cause) implements Command {}

    private record DrainedTooLong() implements Command {}

    private final Map<String, TransactionalStream> streams;
    private final Set<String> running;
    private final SharedKillSwitch killSwitch;
    private final AtomicReference<Status> status;
    private final CompletableFuture<Void> ended;
    private final TimerScheduler<Command> timers;
    private final Duration drainTimeout;
    private boolean stopping;
    private @Nullable Throwable failure;

    private RoleGuardian(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Map<String, TransactionalStream> streams,
            SharedKillSwitch killSwitch,
            AtomicReference<Status> status,
            CompletableFuture<Void> ended,
            Duration drainTimeout) {
        super(context);
        this.timers = timers;
        this.streams = streams;
        this.killSwitch = killSwitch;
        this.status = status;
        this.ended = ended;
        this.drainTimeout = drainTimeout;
        this.running = new HashSet<>(streams.keySet());
        streams.forEach(
                (name, stream) -> context.pipeToSelf(stream.run(), (done, cause) -> new StreamEnded(name, cause)));
        tell(Health.UP, "runs " + String.join(", ", List.copyOf(running)));
    }

    static Behavior<Command> create(
            Map<String, TransactionalStream> streams,
            SharedKillSwitch killSwitch,
            AtomicReference<Status> status,
            CompletableFuture<Void> ended,
            Duration drainTimeout) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new RoleGuardian(context, timers, streams, killSwitch, status, ended, drainTimeout)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Stop.class, this::onStop)
                .onMessage(StreamEnded.class, this::onStreamEnded)
                .onMessage(DrainedTooLong.class, this::onDrainedTooLong)
                .onSignal(PostStop.class, this::onPostStop)
                .build();
    }

    private Behavior<Command> onStop(Stop stop) {
        if (!stopping) {
            tell(Health.WAITING, "finishes what is begun");
            stopStreams();
        }
        return this;
    }

    private void stopStreams() {
        stopping = true;
        streams.forEach((name, stream) -> {
            if (running.contains(name)) {
                stream.stop();
            }
        });
        timers.startSingleTimer(new DrainedTooLong(), drainTimeout);
    }

    private Behavior<Command> onStreamEnded(StreamEnded end) {
        running.remove(end.stream());
        if (end.cause() != null && failure == null) {
            failure = endedWithTheSystem(end.cause()) ? systemEnded() : end.cause();
            getContext().getLog().error("stream {} gave up", end.stream(), end.cause());
        }
        if (running.isEmpty()) {
            return Behaviors.stopped();
        }
        if (!stopping) {
            stopStreams();
        }
        return this;
    }

    private Behavior<Command> onDrainedTooLong(DrainedTooLong late) {
        getContext()
                .getLog()
                .warn("{} did not finish within {}; what they began will be done again", running, drainTimeout);
        killSwitch.shutdown();
        return this;
    }

    private Behavior<Command> onPostStop(PostStop signal) {
        if (failure == null && !running.isEmpty()) {
            failure = systemEnded();
        }
        if (failure == null) {
            tell(Health.STOPPED, "");
            ended.complete(null);
        } else {
            tell(Health.FAILED, String.valueOf(failure.getMessage()));
            ended.completeExceptionally(failure);
        }
        return this;
    }

    /** Whether a stream ended with its actor system, of which it may learn before this actor does. */
    private static boolean endedWithTheSystem(Throwable cause) {
        Throwable thrown = cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
        return thrown instanceof AbruptTerminationException || thrown instanceof AbruptStageTerminationException;
    }

    private static VitoException systemEnded() {
        return new VitoException(Reason.INTERNAL, "the actor system ended under the decode role");
    }

    private void tell(Health health, String detail) {
        status.set(new Status(DecodeRole.NAME, health, detail));
    }
}
