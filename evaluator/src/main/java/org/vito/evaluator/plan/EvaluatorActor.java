package org.vito.evaluator.plan;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One evaluator: does one job at a time on a thread that may block, and tells its coordinator of every step. Stopping it
 * cancels the job, which then ends soon, at the next batch.
 */
final class EvaluatorActor extends AbstractBehavior<EvaluatorActor.Command> {
    /** What an evaluator can be told. */
    sealed interface Command {}

    /** Do this job; only to one that has none. */
    record Run(long lease, Job job, ActorRef<EvaluationCoordinator.Command> replyTo) implements Command {}

    private record Ended(long lease, @Nullable Throwable cause) implements Command {}

    private final Scorer scorer;
    private final Executor blocking;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private @Nullable Run current;

    private EvaluatorActor(ActorContext<Command> context, Scorer scorer, Executor blocking) {
        super(context);
        this.scorer = scorer;
        this.blocking = blocking;
    }

    static Behavior<Command> create(Scorer scorer, Executor blocking) {
        return Behaviors.setup(context -> new EvaluatorActor(context, scorer, blocking));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Run.class, this::onRun)
                .onMessage(Ended.class, this::onEnded)
                .onSignal(PostStop.class, s -> onStop())
                .build();
    }

    private Behavior<Command> onRun(Run run) {
        if (current != null) {
            throw new IllegalStateException("given " + run.job + " while doing " + current.job);
        }
        current = run;
        Teller teller = new Teller(run, cancelled);
        CompletableFuture<Void> work = CompletableFuture.runAsync(() -> scorer.score(run.job, teller), blocking);
        getContext().pipeToSelf(work, (done, cause) -> new Ended(run.lease, cause));
        return this;
    }

    private Behavior<Command> onEnded(Ended ended) {
        Run run = current;
        current = null;
        if (run != null) {
            run.replyTo.tell(new EvaluationCoordinator.JobEnded(ended.lease, ended.cause));
        }
        return this;
    }

    private Behavior<Command> onStop() {
        cancelled.set(true);
        return this;
    }

    private record Teller(Run run, AtomicBoolean stop) implements Scorer.Listener {
        @Override
        public void alive() {
            run.replyTo.tell(new EvaluationCoordinator.Alive(run.lease));
        }

        @Override
        public boolean cancelled() {
            return stop.get();
        }

        @Override
        public void started(String task) {
            run.replyTo.tell(new EvaluationCoordinator.TaskStarted(run.lease, task));
        }

        @Override
        public void scored(String task, Map<String, Double> metrics, double seconds) {
            run.replyTo.tell(new EvaluationCoordinator.TaskScored(run.lease, task, metrics, seconds));
        }

        @Override
        public void failed(String task, Throwable cause, double seconds) {
            run.replyTo.tell(new EvaluationCoordinator.TaskFailed(run.lease, task, cause, seconds));
        }
    }
}
