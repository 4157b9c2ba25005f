package org.vito.evaluator.plan;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.RetriableException;

/**
 * One evaluator: does one job at a time on a thread that may block, and tells its coordinator of every step. It registers
 * with the receptionist, where coordinators find it. A job whose coordinator has died is cancelled, since another one
 * leases it anew; so it is when the evaluator is stopped. It then ends soon, at the next batch.
 */
final class EvaluatorActor extends AbstractBehavior<EvaluatorActor.Command> {
    /** Under which evaluators are found. */
    static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "vito-evaluator");

    /** What an evaluator can be told. */
    sealed interface Command {}

    /** Do this job; a job of another coordinator's is cancelled first. */
    record Run(long lease, Job job, ActorRef<EvaluationCoordinator.Command> replyTo) implements Command, OverTheWire {}

    /** The lease is over, and whatever is done for it hangs: end, and let another evaluator take your place. */
    record GiveUp(long lease) implements Command, OverTheWire {}

    private record Ended(@Nullable Throwable cause) implements Command {}

    private record CoordinatorGone(ActorRef<EvaluationCoordinator.Command> which) implements Command {}

    private final Scorer scorer;
    private final Executor blocking;
    private final String by;
    private AtomicBoolean cancelled = new AtomicBoolean();
    private @Nullable Run current;
    private @Nullable Run next;

    private EvaluatorActor(ActorContext<Command> context, Scorer scorer, Executor blocking, String by) {
        super(context);
        this.scorer = scorer;
        this.blocking = blocking;
        this.by = by;
        context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
    }

    /** @param by what scores call the process */
    static Behavior<Command> create(Scorer scorer, Executor blocking, String by) {
        return Behaviors.setup(context -> new EvaluatorActor(context, scorer, blocking, by));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Run.class, this::onRun)
                .onMessage(Ended.class, this::onEnded)
                .onMessage(CoordinatorGone.class, this::onCoordinatorGone)
                .onMessage(GiveUp.class, g -> Behaviors.stopped())
                .onSignal(PostStop.class, s -> onStop())
                .build();
    }

    private Behavior<Command> onRun(Run run) {
        if (current != null) {
            cancelled.set(true);
            next = run;
            return this;
        }
        current = run;
        cancelled = new AtomicBoolean();
        getContext().watchWith(run.replyTo, new CoordinatorGone(run.replyTo));
        Teller teller = new Teller(run, cancelled, by);
        CompletableFuture<Void> work = CompletableFuture.runAsync(() -> scorer.score(run.job, teller), blocking);
        getContext().pipeToSelf(work, (done, cause) -> new Ended(cause));
        return this;
    }

    private Behavior<Command> onEnded(Ended ended) {
        Run run = current;
        current = null;
        if (run != null) {
            getContext().unwatch(run.replyTo);
            Throwable cause = ended.cause instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : ended.cause;
            run.replyTo.tell(new EvaluationCoordinator.JobEnded(
                    run.lease,
                    cause == null ? null : Failures.told(cause),
                    cause instanceof RetriableException || cause instanceof CancellationException));
        }
        Run following = next;
        next = null;
        return following == null ? this : onRun(following);
    }

    private Behavior<Command> onCoordinatorGone(CoordinatorGone gone) {
        if (current != null && current.replyTo.equals(gone.which)) {
            cancelled.set(true);
        }
        if (next != null && next.replyTo.equals(gone.which)) {
            next = null;
        }
        return this;
    }

    private Behavior<Command> onStop() {
        cancelled.set(true);
        return this;
    }

    private record Teller(Run run, AtomicBoolean stop, String by) implements Scorer.Listener {
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
            run.replyTo.tell(new EvaluationCoordinator.TaskStarted(run.lease, task, by));
        }

        @Override
        public void scored(String task, Map<String, Double> metrics, double seconds) {
            run.replyTo.tell(new EvaluationCoordinator.TaskScored(run.lease, task, metrics, seconds, by));
        }

        @Override
        public void failed(String task, Throwable cause, double seconds) {
            run.replyTo.tell(new EvaluationCoordinator.TaskFailed(run.lease, task, Failures.told(cause), seconds, by));
        }
    }
}
