package org.vito.evaluator.plan;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole.Health;
import org.vito.protocol.StageMeter;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationRequest;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

/**
 * Decides which checkpoint is scored next and by whom. It begins when all histories (checkpoints, scores and requests) are
 * read, so that nothing settled is scored again and nothing open is forgotten; it leases one job to each evaluator that the
 * receptionist knows, in whatever process, and takes it back when the evaluator is gone or out of reach, or falls silent for
 * longer than the lease; every change of state is a record in {@code vito.scores}. Opening its {@link Journal} ends the
 * writing of every coordinator before it, so that two of them, should that happen, never score the same thing twice.
 */
public final class EvaluationCoordinator extends AbstractBehavior<EvaluationCoordinator.Command> {
    /** What a coordinator can be told. */
    public sealed interface Command {}

    /** Checkpoints in the order they were read; {@code replyTo} hears when there is room for more. */
    public record AddCheckpoints(List<CheckpointAnnouncement> checkpoints, ActorRef<Done> replyTo) implements Command {}

    /** A checkpoint's record was deleted. */
    public record ForgetCheckpoint(String runId, long step) implements Command {}

    /** Scores that were written before; only the history counts. */
    public record RestoreScores(List<EvaluationScore> scores, ActorRef<Done> replyTo) implements Command {}

    /** What is asked for beyond the rules. */
    public record AddRequests(List<EvaluationRequest> requests, ActorRef<Done> replyTo) implements Command {}

    /** One of the histories has been read to its end. */
    public record HistoryRead(History which) implements Command {}

    /** Take back what runs and end. */
    public record Stop() implements Command {}

    record Alive(long lease) implements Command, OverTheWire {}

    record TaskStarted(long lease, String task, String by) implements Command, OverTheWire {}

    record TaskScored(long lease, String task, Map<String, Double> metrics, double seconds, String by)
            implements Command, OverTheWire {}

    record TaskFailed(long lease, String task, String failure, double seconds, String by)
            implements Command, OverTheWire {}

    /** The evaluator is free; {@code failure} says why some of the tasks have no result, if so. */
    record JobEnded(long lease, @Nullable String failure, boolean mayPass) implements Command, OverTheWire {}

    private record Found(Set<ActorRef<EvaluatorActor.Command>> evaluators) implements Command {}

    private record Tick() implements Command {}

    private record Opened(Journal journal) implements Command {}

    private record Failed(Throwable cause) implements Command {}

    private record Written() implements Command {}

    private record Closed() implements Command {}

    /** What has to be read before anything is scored. */
    public enum History {
        CHECKPOINTS,
        SCORES,
        REQUESTS
    }

    /** What surrounds a coordinator: {@code blocking} opens and closes the journal; {@code told} hears health and a line for people. */
    public record Surroundings(
            Journal.Opener journal,
            Executor blocking,
            StageMeter meter,
            InstantSource clock,
            String instance,
            Consumer<Told> told) {}

    /** Health and a line for people. */
    public record Told(Health health, String detail) {}

    private record Lease(long id, Job job, ActorRef<EvaluatorActor.Command> evaluator, Instant until) {}

    private static final Duration TICK = Duration.ofSeconds(1);

    private final EvaluationRules rules;
    private final Surroundings around;
    private final EvaluationPlan plan;
    private final Set<ActorRef<EvaluatorActor.Command>> evaluators = new LinkedHashSet<>();
    private final Set<ActorRef<EvaluatorActor.Command>> givenUp = new HashSet<>(); // until they are gone
    private final Map<Long, Lease> leases = new HashMap<>();
    private final Set<History> unread = EnumSet.allOf(History.class);
    private final AtomicInteger open = new AtomicInteger();
    private @Nullable Journal journal;
    private long nextLease = 1;
    private int writing;
    private boolean stopping;

    private EvaluationCoordinator(
            ActorContext<Command> context, TimerScheduler<Command> timers, EvaluationRules rules, Surroundings around) {
        super(context);
        this.rules = rules;
        this.around = around;
        plan = new EvaluationPlan(rules.dataSets(), rules.order(), rules.every(), rules.retriedReasons());
        around.meter().queue(open::get, 0);
        timers.startTimerWithFixedDelay("tick", new Tick(), TICK);
        ActorRef<Receptionist.Listing> found = context.messageAdapter(
                Receptionist.Listing.class, listing -> new Found(listing.getServiceInstances(EvaluatorActor.KEY)));
        context.getSystem().receptionist().tell(Receptionist.subscribe(EvaluatorActor.KEY, found));
        ActorRef<Command> self = context.getSelf();
        context.pipeToSelf(
                CompletableFuture.supplyAsync(() -> around.journal().open(self), around.blocking()),
                (opened, cause) -> cause == null ? new Opened(opened) : new Failed(cause));
        tell();
    }

    public static Behavior<Command> create(EvaluationRules rules, Surroundings around) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new EvaluationCoordinator(context, timers, rules, around)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(AddCheckpoints.class, this::onCheckpoints)
                .onMessage(ForgetCheckpoint.class, this::onForget)
                .onMessage(RestoreScores.class, this::onScores)
                .onMessage(AddRequests.class, this::onRequests)
                .onMessage(HistoryRead.class, this::onHistory)
                .onMessage(Alive.class, this::onAlive)
                .onMessage(TaskStarted.class, this::onStarted)
                .onMessage(TaskScored.class, this::onScored)
                .onMessage(TaskFailed.class, this::onFailed)
                .onMessage(JobEnded.class, this::onJobEnded)
                .onMessage(Found.class, this::onFound)
                .onMessage(Tick.class, t -> onTick())
                .onMessage(Opened.class, this::onOpened)
                .onMessage(Failed.class, this::onJournalFailed)
                .onMessage(Written.class, w -> onWritten())
                .onMessage(Closed.class, c -> Behaviors.stopped())
                .onMessage(Stop.class, s -> onStop())
                .onSignal(PostStop.class, s -> onStopped())
                .build();
    }

    private Behavior<Command> onOpened(Opened opened) {
        journal = opened.journal;
        return stopping ? endIfQuiet() : proceed();
    }

    private Behavior<Command> onJournalFailed(Failed failed) {
        Throwable cause = failed.cause instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failed.cause;
        if (cause instanceof RuntimeException known) {
            throw known;
        }
        throw new VitoException(Reason.KAFKA, "scores cannot be written: " + cause, cause);
    }

    private Behavior<Command> onCheckpoints(AddCheckpoints read) {
        read.checkpoints.forEach(plan::announce);
        read.replyTo.tell(Done.getInstance());
        return proceed();
    }

    private Behavior<Command> onForget(ForgetCheckpoint deleted) {
        plan.forget(deleted.runId, deleted.step);
        return proceed();
    }

    private Behavior<Command> onScores(RestoreScores read) {
        if (unread.contains(History.SCORES)) {
            read.scores.forEach(plan::restore);
        }
        read.replyTo.tell(Done.getInstance());
        return this;
    }

    private Behavior<Command> onRequests(AddRequests read) {
        read.requests.forEach(plan::ask);
        read.replyTo.tell(Done.getInstance());
        return proceed();
    }

    private Behavior<Command> onHistory(HistoryRead read) {
        unread.remove(read.which);
        return proceed();
    }

    /** Tells of new work and gives out what can be given out. */
    private Behavior<Command> proceed() {
        if (!unread.isEmpty() || journal == null || stopping) {
            return this;
        }
        plan.enqueue().forEach(score -> write(score, around.instance()));
        for (ActorRef<EvaluatorActor.Command> evaluator : evaluators) {
            if (leases.values().stream().noneMatch(lease -> lease.evaluator.equals(evaluator))) {
                leaseTo(evaluator);
            }
        }
        open.set(plan.openCount());
        tell();
        return this;
    }

    private void leaseTo(ActorRef<EvaluatorActor.Command> evaluator) {
        Instant now = around.clock().instant();
        plan.lease(now).ifPresent(job -> {
            Lease lease = new Lease(nextLease++, job, evaluator, now.plus(rules.lease()));
            leases.put(lease.id, lease);
            evaluator.tell(new EvaluatorActor.Run(lease.id, job, getContext().getSelf()));
        });
    }

    private Behavior<Command> onAlive(Alive alive) {
        leases.computeIfPresent(alive.lease, (id, lease) -> renewed(lease));
        return this;
    }

    private Lease renewed(Lease lease) {
        return new Lease(
                lease.id, lease.job, lease.evaluator, around.clock().instant().plus(rules.lease()));
    }

    private Behavior<Command> onStarted(TaskStarted started) {
        Lease lease = leases.computeIfPresent(started.lease, (id, held) -> renewed(held));
        if (lease != null) {
            plan.note(
                    lease.job, started.task, ScoreState.RUNNING, around.clock().instant());
            write(Scores.of(lease.job.checkpoint(), lease.job.dataSet(), started.task, ScoreState.RUNNING), started.by);
        }
        return this;
    }

    private Behavior<Command> onScored(TaskScored scored) {
        Lease lease = leases.computeIfPresent(scored.lease, (id, held) -> renewed(held));
        if (lease != null) { // else it was leased anew, and whoever holds it now will tell
            settle(lease.job, Scores.scored(lease.job, scored.task, scored.metrics, scored.seconds), scored.by);
            around.meter().passed(1);
        }
        return this;
    }

    private Behavior<Command> onFailed(TaskFailed failed) {
        Lease lease = leases.computeIfPresent(failed.lease, (id, held) -> renewed(held));
        if (lease != null) {
            fail(lease.job, failed.task, failed.failure, failed.seconds, failed.by);
        }
        return this;
    }

    private void settle(Job job, EvaluationScore score, String by) {
        plan.note(job, score.getTask(), score.getState(), around.clock().instant());
        write(score, by);
        open.set(plan.openCount());
    }

    private void fail(Job job, String task, String failure, double seconds, String by) {
        getContext().getLog().warn("{} of {} failed: {}", task, job, failure);
        settle(job, Scores.failed(job, task, failure, seconds), by);
        around.meter().failed();
    }

    private Behavior<Command> onJobEnded(JobEnded ended) {
        Lease lease = leases.remove(ended.lease);
        if (lease != null) {
            if (ended.failure == null) {
                release(lease.job, "INTERNAL: what the evaluator told of this task was lost", true);
            } else {
                release(lease.job, ended.failure, ended.mayPass);
            }
        }
        return proceed();
    }

    /** Takes a job back; what is open of it is tried again if that can help, or failed. */
    private void release(Job job, String failure, boolean mayPass) {
        List<String> left = plan.openOf(job);
        if (!left.isEmpty() && mayPass && job.attempt() < rules.attempts()) {
            Duration pause = rules.backOff().multipliedBy(1L << Math.min(job.attempt() - 1, 10));
            getContext().getLog().info("{} is tried again in {}: {}", job, pause, failure);
            queueAgain(job, left);
            plan.release(job, around.clock().instant().plus(pause));
            return;
        }
        left.forEach(task -> fail(job, task, failure, 0, around.instance()));
        plan.release(job, Instant.EPOCH);
    }

    private void queueAgain(Job job, List<String> tasks) {
        tasks.forEach(task -> {
            plan.note(job, task, ScoreState.QUEUED, around.clock().instant());
            write(Scores.of(job.checkpoint(), job.dataSet(), task, ScoreState.QUEUED), around.instance());
        });
    }

    private Behavior<Command> onFound(Found found) {
        givenUp.retainAll(found.evaluators);
        for (ActorRef<EvaluatorActor.Command> evaluator : List.copyOf(evaluators)) {
            if (!found.evaluators.contains(evaluator)) {
                evaluators.remove(evaluator);
                lose(evaluator, "it has died or is out of reach");
            }
        }
        found.evaluators.stream()
                .filter(evaluator -> !givenUp.contains(evaluator))
                .forEach(evaluators::add);
        return proceed();
    }

    private Behavior<Command> onTick() {
        Instant now = around.clock().instant();
        for (Lease lease : List.copyOf(leases.values())) {
            if (now.isAfter(lease.until)) {
                lease.evaluator.tell(new EvaluatorActor.GiveUp(lease.id));
                givenUp.add(lease.evaluator);
                evaluators.remove(lease.evaluator);
                lose(lease.evaluator, "it has told nothing for " + rules.lease());
            }
        }
        return proceed();
    }

    private void lose(ActorRef<EvaluatorActor.Command> evaluator, String why) {
        for (Lease lease : List.copyOf(leases.values())) {
            if (lease.evaluator.equals(evaluator)) {
                getContext().getLog().warn("the evaluator of {} is lost: {}", lease.job, why);
                leases.remove(lease.id);
                release(lease.job, "INTERNAL: the evaluator was lost: " + why, true);
            }
        }
    }

    private void write(EvaluationScore score, String by) {
        if (journal == null) {
            throw new IllegalStateException("nothing is told before the journal is open");
        }
        writing++;
        EvaluationScore stamped = score.toBuilder()
                .setEvaluator(by)
                .setAtMs(around.clock().millis())
                .build();
        getContext()
                .pipeToSelf(journal.write(stamped), (done, cause) -> cause == null ? new Written() : new Failed(cause));
    }

    private Behavior<Command> onWritten() {
        writing--;
        return endIfQuiet();
    }

    private Behavior<Command> onStop() {
        if (!stopping) {
            stopping = true;
            leases.values().forEach(lease -> queueAgain(lease.job, plan.openOf(lease.job)));
            leases.clear(); // the evaluators see this actor end and cancel
        }
        return endIfQuiet();
    }

    private Behavior<Command> endIfQuiet() {
        Journal opened = journal;
        if (stopping && writing == 0 && opened != null) {
            journal = null;
            getContext()
                    .pipeToSelf(
                            CompletableFuture.runAsync(opened::close, around.blocking()),
                            (done, cause) -> new Closed());
        }
        return this;
    }

    private Behavior<Command> onStopped() {
        Journal opened = journal;
        if (opened != null) {
            around.blocking().execute(opened::close);
        }
        around.told().accept(new Told(Health.STOPPED, "stopped"));
        return this;
    }

    private void tell() {
        around.told().accept(told());
    }

    private Told told() {
        if (!unread.isEmpty() || journal == null) {
            return new Told(Health.STARTING, "reading what was announced and scored before");
        }
        if (leases.isEmpty()) {
            if (evaluators.isEmpty()) {
                return new Told(Health.WAITING, "waiting for evaluators");
            }
            return open.get() > 0
                    ? new Told(Health.WAITING, open.get() + " evaluations wait for another try")
                    : new Told(
                            Health.WAITING,
                            plan.checkpointCount() == 0
                                    ? "waiting for the first checkpoint"
                                    : "waiting for the next checkpoint");
        }
        List<String> running =
                leases.values().stream().map(l -> l.job.toString()).sorted().toList();
        return new Told(Health.UP, "scoring %s; %d evaluations open".formatted(String.join(", ", running), open.get()));
    }
}
