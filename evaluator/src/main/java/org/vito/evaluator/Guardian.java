package org.vito.evaluator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.Behaviors;
import java.util.concurrent.CompletableFuture;

/** Starts a role's one actor, passes on what it is told and tells the role how the actor ended. */
final class Guardian {
    private Guardian() {}

    static <T> Behavior<T> create(Class<T> type, Behavior<T> actor, String name, CompletableFuture<Void> ended) {
        return Behaviors.setup(context -> {
            ActorRef<T> child = context.spawn(actor, name);
            context.watch(child);
            return Behaviors.receive(type)
                    .onAnyMessage(command -> {
                        child.tell(command);
                        return Behaviors.same();
                    })
                    .onSignal(ChildFailed.class, failed -> {
                        ended.completeExceptionally(failed.getCause());
                        return Behaviors.stopped();
                    })
                    .onSignal(Terminated.class, done -> {
                        ended.complete(null);
                        return Behaviors.stopped();
                    })
                    .build();
        });
    }
}
