package org.vito.deploy;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.RunningRole;

/**
 * The actor that has one role's life in its hands: it starts the role off the actor's thread, watches it, stops it when
 * told to, answers how it is, and says once to its parent that the role has ended and why.
 */
final class RoleGuardian extends AbstractBehavior<RoleGuardian.Command> {
    /** What a guardian is told. */
    sealed interface Command {}

    /** Ask the role to finish; {@link ProcessGuardian.RoleEnded} follows. */
    record Stop() implements Command {}

    /** Ask how the role is. */
    record GetStatus(ActorRef<RunningRole.Status> replyTo) implements Command {}

    private record Started(RunningRole running) implements Command {}

    private record Ended(@Nullable Throwable cause) implements Command {}

    private final String name;
    private final ActorRef<ProcessGuardian.Command> parent;
    private @Nullable RunningRole running;
    private boolean stopping;

    private RoleGuardian(
            ActorContext<Command> context,
            String name,
            Supplier<RunningRole> start,
            ActorRef<ProcessGuardian.Command> parent) {
        super(context);
        this.name = name;
        this.parent = parent;
        Executor blocking = context.getSystem()
                .dispatchers()
                .lookup(DispatcherSelector.fromConfig("vito.deploy.blocking-dispatcher"));
        context.pipeToSelf(
                CompletableFuture.supplyAsync(start, blocking),
                (role, failure) -> role == null ? new Ended(Causes.plain(failure)) : new Started(role));
    }

    /**
     * @param name the role's name
     * @param start starts the role; may block
     * @param parent who is told of its start and its end
     */
    static Behavior<Command> create(
            String name, Supplier<RunningRole> start, ActorRef<ProcessGuardian.Command> parent) {
        return Behaviors.setup(context -> new RoleGuardian(context, name, start, parent));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Started.class, this::onStarted)
                .onMessage(Ended.class, this::onEnded)
                .onMessage(Stop.class, this::onStop)
                .onMessage(GetStatus.class, this::onGetStatus)
                .build();
    }

    private Behavior<Command> onStarted(Started message) {
        running = message.running();
        parent.tell(new ProcessGuardian.RoleStarted(name, message.running()));
        getContext()
                .pipeToSelf(
                        message.running().ended(),
                        (done, failure) -> new Ended(failure == null ? null : Causes.plain(failure)));
        if (stopping) {
            message.running().stop();
        }
        return this;
    }

    private Behavior<Command> onStop(Stop message) {
        stopping = true;
        if (running != null) {
            running.stop();
        }
        return this;
    }

    private Behavior<Command> onEnded(Ended message) {
        parent.tell(new ProcessGuardian.RoleEnded(name, message.cause()));
        return Behaviors.stopped();
    }

    private Behavior<Command> onGetStatus(GetStatus message) {
        message.replyTo()
                .tell(
                        running == null
                                ? new RunningRole.Status(name, RunningRole.Health.STARTING, "starting")
                                : running.status());
        return this;
    }
}
