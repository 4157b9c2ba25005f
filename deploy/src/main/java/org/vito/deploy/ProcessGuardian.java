package org.vito.deploy;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.RunningRole;
import org.vito.protocol.VitoException;

/**
 * The actor at the root of a process: it has a {@link RoleGuardian} for each role. When one role fails, or when asked to,
 * it stops them one after the other, each within its time, and says so; the actor system is ended from outside.
 */
final class ProcessGuardian extends AbstractBehavior<ProcessGuardian.Command> {
    /** What the process is told. */
    sealed interface Command {}

    /** Stop every role. */
    record Stop() implements Command {}

    /** A role runs. */
    record RoleStarted(String role, RunningRole running) implements Command {}

    /** A role has ended: by itself or as asked, or with a cause. */
    record RoleEnded(String role, @Nullable Throwable cause) implements Command {}

    private record TookTooLong(String role) implements Command {}

    /**
     * One role of the process.
     *
     * @param start starts it; may block
     * @param stopTimeout how long it may take to stop
     */
    record Entry(Supplier<RunningRole> start, Duration stopTimeout) {}

    /** What happens to the roles, for whoever shows it. Called on the actor's thread; must not block. */
    interface Listener {
        void started(String role, RunningRole running);

        void ended(String role);
    }

    private final Map<String, Entry> roles;
    private final Listener listener;
    private final CompletableFuture<Void> ended;
    private final TimerScheduler<Command> timers;
    private final Map<String, ActorRef<RoleGuardian.Command>> alive = new LinkedHashMap<>();
    private @Nullable Throwable failure;
    private @Nullable String awaited;
    private boolean stopping;

    private ProcessGuardian(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Map<String, Entry> roles,
            Listener listener,
            CompletableFuture<Void> ended) {
        super(context);
        this.timers = timers;
        this.roles = roles;
        this.listener = listener;
        this.ended = ended;
        roles.forEach((name, entry) ->
                alive.put(name, context.spawn(RoleGuardian.create(name, entry.start(), context.getSelf()), name)));
    }

    /**
     * @param roles by name, in the order in which they are stopped; they start side by side
     * @param ended completed when all roles have ended, with the failure of the first that failed
     */
    static Behavior<Command> create(Map<String, Entry> roles, Listener listener, CompletableFuture<Void> ended) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new ProcessGuardian(context, timers, roles, listener, ended)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(RoleStarted.class, this::onRoleStarted)
                .onMessage(RoleEnded.class, this::onRoleEnded)
                .onMessage(TookTooLong.class, this::onTookTooLong)
                .onMessage(Stop.class, this::onStop)
                .build();
    }

    private Behavior<Command> onRoleStarted(RoleStarted message) {
        getContext().getLog().info("{} started", message.role());
        listener.started(message.role(), message.running());
        return this;
    }

    private Behavior<Command> onRoleEnded(RoleEnded message) {
        alive.remove(message.role());
        Throwable cause = message.cause();
        if (cause != null) {
            getContext().getLog().info("{} failed", message.role(), cause);
            if (failure == null) {
                failure = new VitoException(
                        VitoException.reasonOf(cause), message.role() + " failed: " + Causes.line(cause), cause);
            }
            stopping = true;
        } else {
            getContext().getLog().info("{} ended", message.role());
            listener.ended(message.role());
        }
        if (message.role().equals(awaited)) {
            awaited = null;
        }
        return next();
    }

    private Behavior<Command> onTookTooLong(TookTooLong message) {
        if (!message.role().equals(awaited)) {
            return this;
        }
        getContext().getLog().warn("{} did not stop in time and is abandoned", message.role());
        alive.remove(message.role());
        awaited = null;
        return next();
    }

    private Behavior<Command> onStop(Stop message) {
        stopping = true;
        return next();
    }

    private Behavior<Command> next() {
        if (alive.isEmpty()) {
            if (failure == null) {
                ended.complete(null);
            } else {
                ended.completeExceptionally(failure);
            }
            return this; // what the roles shared is closed next, and some of that are actors
        }
        if (stopping && awaited == null) {
            Map.Entry<String, ActorRef<RoleGuardian.Command>> first =
                    alive.entrySet().iterator().next();
            awaited = first.getKey();
            first.getValue().tell(new RoleGuardian.Stop());
            Entry role = roles.get(awaited);
            timers.startSingleTimer(new TookTooLong(awaited), role == null ? Duration.ZERO : role.stopTimeout());
        }
        return this;
    }
}
