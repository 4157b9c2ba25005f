package org.vito.evaluator.plan;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The evaluators of a process; one that ends is replaced. */
public final class Evaluators extends AbstractBehavior<Evaluators.Command> {
    /** Nothing can be told from outside. */
    public sealed interface Command {}

    private record Gone() implements Command {}

    private final Supplier<Scorer> scorers;
    private final Executor blocking;
    private final String instance;

    private Evaluators(
            ActorContext<Command> context, int count, Supplier<Scorer> scorers, Executor blocking, String instance) {
        super(context);
        this.scorers = scorers;
        this.blocking = blocking;
        this.instance = instance;
        for (int i = 0; i < count; i++) {
            spawn();
        }
    }

    /**
     * Starts them.
     *
     * @param count jobs at a time
     * @param scorers makes one for each evaluator
     * @param blocking lends a thread to each job
     * @param instance what scores call the process
     */
    public static Behavior<Command> create(int count, Supplier<Scorer> scorers, Executor blocking, String instance) {
        return Behaviors.setup(context -> new Evaluators(context, count, scorers, blocking, instance));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder().onMessage(Gone.class, this::onGone).build();
    }

    private Behavior<Command> onGone(Gone gone) {
        spawn();
        return this;
    }

    private void spawn() {
        ActorRef<EvaluatorActor.Command> evaluator =
                getContext().spawnAnonymous(EvaluatorActor.create(scorers.get(), blocking, instance));
        getContext().watchWith(evaluator, new Gone());
    }
}
