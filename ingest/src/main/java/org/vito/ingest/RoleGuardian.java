package org.vito.ingest;

import akka.Done;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.source.SourceActor;
import org.vito.ingest.source.SourceState;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole.Health;
import org.vito.protocol.VitoException;

/** Starts the stream and the actors of a role, says how they are, and ends them together. */
final class RoleGuardian extends AbstractBehavior<RoleGuardian.Command> {
    /** What a guardian understands. */
    sealed interface Command
            permits Stop, CutOff, StreamUp, StreamDown, StreamEnded, SourceChanged, Noted, ChildEnded {}

    record Stop() implements Command {}

    record CutOff() implements Command {}

    record StreamUp() implements Command {}

    record StreamDown(Throwable cause) implements Command {}

    record StreamEnded(@Nullable Throwable cause) implements Command {}

    record SourceChanged(SourceActor.Status status) implements Command {}

    /** Something that people should know of the role, until the next note; empty if there is nothing any more. */
    record Noted(String note) implements Command {}

    /** An actor ended that should not have; {@code fatal} if the role cannot do without it. */
    record ChildEnded(String name, boolean fatal) implements Command {}

    /** The parts of a role. */
    interface Parts {
        /** The stream; it has been started. */
        StageStream stream();

        /** Tells the role's actors to end. */
        void stopActors();

        /** Lets go of everything once the stream has ended; may block. */
        void close();
    }

    private static final int SHOWN = 3; // sources whose troubles a status line tells

    private final RoleHandle handle;
    private final Duration stopTimeout;
    private final TimerScheduler<Command> timers;
    private final Parts parts;
    private final Map<String, SourceActor.Status> sources = new TreeMap<>();
    private Health health = Health.STARTING;
    private String trouble = "";
    private String note = "";
    private boolean stopping;
    private boolean over;
    private @Nullable Throwable fatal;

    private RoleGuardian(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            RoleHandle handle,
            Duration stopTimeout,
            Function<ActorContext<Command>, Parts> start) {
        super(context);
        this.handle = handle;
        this.stopTimeout = stopTimeout;
        this.timers = timers;
        parts = start.apply(context);
        context.pipeToSelf(parts.stream().ended(), (Done done, Throwable cause) -> new StreamEnded(cause));
        report();
    }

    /** A guardian whose role is seen through {@code handle}. */
    static Behavior<Command> create(
            RoleHandle handle, Duration stopTimeout, Function<ActorContext<Command>, Parts> start) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new RoleGuardian(context, timers, handle, stopTimeout, start)));
    }

    /** Tells {@code context}'s guardian of the stream's life. */
    static StageStream.Listener listener(ActorContext<Command> context) {
        var self = context.getSelf();
        return new StageStream.Listener() {
            @Override
            public void up() {
                self.tell(new StreamUp());
            }

            @Override
            public void down(Throwable cause) {
                self.tell(new StreamDown(cause));
            }
        };
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Stop.class, this::onStop)
                .onMessage(CutOff.class, this::onCutOff)
                .onMessage(StreamUp.class, this::onStreamUp)
                .onMessage(StreamDown.class, this::onStreamDown)
                .onMessage(StreamEnded.class, this::onStreamEnded)
                .onMessage(SourceChanged.class, this::onSourceChanged)
                .onMessage(Noted.class, this::onNoted)
                .onMessage(ChildEnded.class, this::onChildEnded)
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    private Behavior<Command> onStop(Stop stop) {
        if (!stopping) {
            stopping = true;
            trouble = "stopping";
            parts.stopActors();
            parts.stream().drain();
            timers.startSingleTimer(new CutOff(), stopTimeout);
            report();
        }
        return this;
    }

    private Behavior<Command> onCutOff(CutOff cutOff) {
        getContext().getLog().info("{} lets go of what it had begun; it is done after the next start", handle.role());
        parts.stream().cut();
        return this;
    }

    private Behavior<Command> onStreamUp(StreamUp up) {
        health = Health.UP;
        trouble = stopping ? trouble : "";
        report();
        return this;
    }

    private Behavior<Command> onStreamDown(StreamDown down) {
        getContext().getLog().warn("{}: the stream failed and starts again", handle.role(), down.cause());
        health = Health.WAITING;
        trouble = down.cause().toString();
        report();
        return this;
    }

    private Behavior<Command> onStreamEnded(StreamEnded ended) {
        if (fatal == null && !stopping) {
            fatal = ended.cause() != null
                    ? ended.cause()
                    : new VitoException(Reason.INTERNAL, "the stream of " + handle.role() + " ended by itself");
        }
        return Behaviors.stopped();
    }

    private Behavior<Command> onSourceChanged(SourceChanged changed) {
        sources.put(changed.status().name(), changed.status());
        report();
        return this;
    }

    private Behavior<Command> onNoted(Noted noted) {
        note = noted.note();
        report();
        return this;
    }

    private Behavior<Command> onChildEnded(ChildEnded ended) {
        if (stopping) {
            return this;
        }
        if (ended.fatal()) {
            fatal = new VitoException(Reason.INTERNAL, ended.name() + " of " + handle.role() + " failed too often");
            parts.stream().cut();
        } else {
            SourceActor.Status last = sources.get(ended.name());
            long submitted = last == null ? 0 : last.submitted();
            sources.put(
                    ended.name(),
                    new SourceActor.Status(ended.name(), SourceState.FAILED, submitted, "its actor ended"));
            report();
        }
        return this;
    }

    private Behavior<Command> onPostStop() {
        if (!over) {
            over = true;
            stopping = true;
            parts.stopActors();
            parts.stream().cut();
            Throwable cause = fatal;
            getContext().getSystem().dispatchers().lookup(IngestRole.BLOCKING).execute(() -> {
                parts.close();
                handle.end(cause);
            });
        }
        return this;
    }

    private void report() {
        Map<SourceState, Long> states = sources.values().stream()
                .collect(Collectors.groupingBy(SourceActor.Status::state, TreeMap::new, Collectors.counting()));
        String counts = states.entrySet().stream()
                .map(e -> e.getValue() + " "
                        + e.getKey().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
        String troubles = sources.values().stream()
                .filter(source -> !source.detail().isEmpty())
                .limit(SHOWN)
                .map(source -> "; " + source.name() + " " + source.detail())
                .collect(Collectors.joining());
        String found = sources.isEmpty() ? "" : "sources: " + counts + troubles;
        handle.report(
                health,
                Stream.of(found, note, trouble).filter(part -> !part.isEmpty()).collect(Collectors.joining("; ")));
    }
}
