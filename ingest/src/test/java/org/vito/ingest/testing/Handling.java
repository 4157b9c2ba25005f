package org.vito.ingest.testing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Proves that an actor handles every command it says it understands. */
public final class Handling {
    private Handling() {}

    /** Gives {@code behavior} each of {@code commands}, one actor each, and demands one of every kind. */
    public static <C> void everyCommand(ActorTestKit kit, Class<C> sealed, Behavior<C> behavior, List<C> commands)
            throws InterruptedException {
        assertThat(commands.stream().map(c -> c.getClass().getName()).collect(Collectors.toSet()))
                .as("an example of each command of %s", sealed)
                .isEqualTo(Stream.of(sealed.getPermittedSubclasses())
                        .map(Class::getName)
                        .collect(Collectors.toSet()));
        for (C command : commands) {
            BlockingQueue<Boolean> handled = new LinkedBlockingQueue<>();
            ActorRef<C> actor = kit.spawn(Behaviors.intercept(() -> new Watcher<>(sealed, command, handled), behavior));
            actor.tell(command);
            assertThat(handled.poll(120, TimeUnit.SECONDS))
                    .as("handles %s", command)
                    .isTrue();
            kit.stop(actor);
        }
    }

    private static final class Watcher<C> extends BehaviorInterceptor<C, C> {
        private final C awaited;
        private final BlockingQueue<Boolean> handled;

        Watcher(Class<C> type, C awaited, BlockingQueue<Boolean> handled) {
            super(type);
            this.awaited = awaited;
            this.handled = handled;
        }

        @Override
        public Behavior<C> aroundReceive(TypedActorContext<C> context, C message, ReceiveTarget<C> target) {
            try {
                Behavior<C> next = target.apply(context, message);
                if (message == awaited) {
                    handled.add(!Behavior.isUnhandled(next));
                }
                return next;
            } catch (RuntimeException e) { // to crash on purpose is to handle
                handled.add(message == awaited);
                throw e;
            }
        }
    }
}
