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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.RunningRole.Health;
import org.vito.protocol.StageMeter;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

/**
 * Decides which checkpoint is scored next and by whom. It begins when both histories (checkpoints and scores) are read, so
 * that nothing settled is scored again and nothing open is forgotten; it leases one job to each evaluator and takes it back
 * when the evaluator dies, or falls silent for longer than the lease; every change of state is a record in {@code
 * vito.scores}.
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

    /** One of the two histories has been read to its end. */
    public record HistoryRead(History which) implements Command {}

    /** Cancel what runs and end. */
    public record Stop() implements Command {}

    record Alive(long lease) implements Command {}

    record TaskStarted(long lease, String task) implements Command {}

    record TaskScored(long lease, String task, Map<String, Double> metrics, double seconds) implements Command {}

    record TaskFailed(long lease, String task, Throwable cause, double seconds) implements Command {}

    record JobEnded(long lease, @Nullable Throwable cause) implements Command {}

    private record EvaluatorEnded(int evaluator, ActorRef<EvaluatorActor.Command> ref) implements Command {}

    private record Tick() implements Command {}

    private record WriteFailed(EvaluationScore score, int attempt, Throwable cause) implements Command {}

    private record WriteAgain(EvaluationScore score, int attempt) implements Command {}

    private record Written() implements Command {}

    /** What has to be read before anything is scored. */
    public enum History {
        CHECKPOINTS,
        SCORES
    }

    /** What surrounds a coordinator: {@code scorer} makes one a job slot; {@code told} hears health and a line for people. */
    public record Surroundings(
            Supplier<Scorer> scorer,
            Executor blocking,
            ScoreSink sink,
            StageMeter meter,
            InstantSource clock,
            String instance,
            Consumer<Told> told) {}

    /** Health and a line for people. */
    public record Told(Health health, String detail) {}

    private record Lease(long id, Job job, ActorRef<EvaluatorActor.Command> evaluator, int slot, Instant until) {}

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int WRITES = 5;
    private static final Duration WRITE_PAUSE = Duration.ofSeconds(2);

    private final EvaluationRules rules;
    private final Surroundings around;
    private final TimerScheduler<Command> timers;
    private final EvaluationPlan plan;
    private final List<ActorRef<EvaluatorActor.Command>> evaluators = new ArrayList<>();
    private final Map<Long, Lease> leases = new HashMap<>();
    private final Set<History> unread = EnumSet.allOf(History.class);
    private final AtomicInteger open = new AtomicInteger();
    private final Map<ScoreKey, EvaluationScore> newest = new HashMap<>(); // told of each evaluation in this life
    private long nextLease = 1;
    private int writing;
    private boolean stopping;

    private EvaluationCoordinator(
            ActorContext<Command> context, TimerScheduler<Command> timers, EvaluationRules rules, Surroundings around) {
        super(context);
        this.rules = rules;
        this.around = around;
        this.timers = timers;
        plan = new EvaluationPlan(rules.dataSets(), rules.newestFirst(), rules.every(), rules.retriedReasons());
        for (int slot = 0; slot < rules.evaluators(); slot++) {
            evaluators.add(spawnEvaluator(slot));
        }
        around.meter().queue(open::get, 0);
        timers.startTimerWithFixedDelay("tick", new Tick(), TICK);
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
                .onMessage(HistoryRead.class, this::onHistory)
                .onMessage(Alive.class, this::onAlive)
                .onMessage(TaskStarted.class, this::onStarted)
                .onMessage(TaskScored.class, this::onScored)
                .onMessage(TaskFailed.class, this::onFailed)
                .onMessage(JobEnded.class, this::onJobEnded)
                .onMessage(EvaluatorEnded.class, this::onEvaluatorEnded)
                .onMessage(Tick.class, t -> onTick())
                .onMessage(WriteFailed.class, this::onWriteFailed)
                .onMessage(WriteAgain.class, this::onWriteAgain)
                .onMessage(Written.class, w -> onWritten())
                .onMessage(Stop.class, s -> onStop())
                .onSignal(PostStop.class, s -> onStopped())
                .build();
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

    private Behavior<Command> onHistory(HistoryRead read) {
        unread.remove(read.which);
        return proceed();
    }

    /** Tells of new work and gives out what can be given out. */
    private Behavior<Command> proceed() {
        if (!unread.isEmpty() || stopping) {
            return this;
        }
        plan.enqueue().forEach(this::write);
        for (int slot = 0; slot < evaluators.size(); slot++) {
            if (isFree(slot)) {
                leaseTo(slot);
            }
        }
        open.set(plan.openCount());
        tell();
        return this;
    }

    private boolean isFree(int slot) {
        return leases.values().stream().noneMatch(l -> l.slot == slot);
    }

    private void leaseTo(int slot) {
        Instant now = around.clock().instant();
        plan.lease(now).ifPresent(job -> {
            ActorRef<EvaluatorActor.Command> evaluator = evaluators.get(slot);
            Lease lease = new Lease(nextLease++, job, evaluator, slot, now.plus(rules.lease()));
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
                lease.id,
                lease.job,
                lease.evaluator,
                lease.slot,
                around.clock().instant().plus(rules.lease()));
    }

    private Behavior<Command> onStarted(TaskStarted started) {
        Lease lease = leases.computeIfPresent(started.lease, (id, held) -> renewed(held));
        if (lease != null) {
            plan.note(lease.job, started.task, ScoreState.RUNNING);
            write(Scores.of(lease.job.checkpoint(), lease.job.dataSet(), started.task, ScoreState.RUNNING));
        }
        return this;
    }

    private Behavior<Command> onScored(TaskScored scored) {
        Lease lease = leases.computeIfPresent(scored.lease, (id, held) -> renewed(held));
        if (lease != null) { // else it was leased anew, and whoever holds it now will tell
            settle(lease.job, Scores.scored(lease.job, scored.task, scored.metrics, scored.seconds));
            around.meter().passed(1);
        }
        return this;
    }

    private Behavior<Command> onFailed(TaskFailed failed) {
        Lease lease = leases.computeIfPresent(failed.lease, (id, held) -> renewed(held));
        if (lease != null) {
            fail(lease.job, failed.task, failed.cause, failed.seconds);
        }
        return this;
    }

    private void settle(Job job, EvaluationScore score) {
        plan.note(job, score.getTask(), score.getState());
        write(score);
        open.set(plan.openCount());
    }

    private void fail(Job job, String task, Throwable cause, double seconds) {
        getContext().getLog().warn("{} of {} failed: {}", task, job, Failures.told(cause));
        settle(job, Scores.failed(job, task, cause, seconds));
        around.meter().failed();
    }

    private Behavior<Command> onJobEnded(JobEnded ended) {
        Lease lease = leases.remove(ended.lease);
        if (lease != null) {
            release(lease.job, ended.cause);
        }
        return proceed();
    }

    /** Takes a job back; what is open of it is tried again if that can help, or failed. */
    private void release(Job job, @Nullable Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        boolean mayPass = cause instanceof RetriableException || cause instanceof CancellationException;
        List<String> left = plan.openOf(job);
        if (!left.isEmpty() && mayPass && job.attempt() < rules.attempts()) {
            left.forEach(task -> {
                plan.note(job, task, ScoreState.QUEUED);
                write(Scores.of(job.checkpoint(), job.dataSet(), task, ScoreState.QUEUED));
            });
            Duration pause = rules.backOff().multipliedBy(1L << Math.min(job.attempt() - 1, 10));
            getContext().getLog().info("{} is tried again in {}: {}", job, pause, String.valueOf(cause));
            plan.release(job, around.clock().instant().plus(pause));
            return;
        }
        Throwable why = cause == null
                ? new VitoException(
                        Reason.INTERNAL, "the evaluator ended without a result for this task; please report it")
                : cause;
        left.forEach(task -> fail(job, task, why, 0));
        plan.release(job, Instant.EPOCH);
    }

    private Behavior<Command> onTick() {
        Instant now = around.clock().instant();
        for (Lease lease : List.copyOf(leases.values())) {
            if (now.isAfter(lease.until)) {
                getContext().getLog().warn("the evaluator of {} has been silent for {}", lease.job, rules.lease());
                getContext().stop(lease.evaluator);
                evaluators.set(lease.slot, spawnEvaluator(lease.slot));
                lose(lease, "it has told nothing for " + rules.lease());
            }
        }
        return proceed();
    }

    private Behavior<Command> onEvaluatorEnded(EvaluatorEnded ended) {
        if (!stopping && evaluators.get(ended.evaluator).equals(ended.ref)) {
            evaluators.set(ended.evaluator, spawnEvaluator(ended.evaluator));
            for (Lease lease : List.copyOf(leases.values())) {
                if (lease.evaluator.equals(ended.ref)) {
                    lose(lease, "it died");
                }
            }
        }
        return proceed();
    }

    private void lose(Lease lease, String why) {
        leases.remove(lease.id);
        release(lease.job, new RetriableException(Reason.INTERNAL, "the evaluator was lost: " + why));
    }

    private ActorRef<EvaluatorActor.Command> spawnEvaluator(int slot) {
        Scorer scorer = around.scorer().get();
        ActorRef<EvaluatorActor.Command> ref =
                getContext().spawnAnonymous(EvaluatorActor.create(scorer, around.blocking()));
        getContext().watchWith(ref, new EvaluatorEnded(slot, ref));
        return ref;
    }

    private void write(EvaluationScore score) {
        writing++;
        EvaluationScore stamped = score.toBuilder()
                .setEvaluator(around.instance())
                .setAtMs(around.clock().millis())
                .build();
        newest.put(ScoreKey.of(stamped), stamped);
        write(stamped, 1);
    }

    private void write(EvaluationScore score, int attempt) {
        getContext()
                .pipeToSelf(
                        around.sink().write(score),
                        (done, cause) -> cause == null ? new Written() : new WriteFailed(score, attempt, cause));
    }

    private Behavior<Command> onWritten() {
        writing--;
        return endIfQuiet();
    }

    private Behavior<Command> onWriteFailed(WriteFailed failed) {
        if (isOutdated(failed.score)) {
            return onWritten(); // written again it would hide the state told after it
        }
        if (failed.attempt >= WRITES || stopping) {
            throw new VitoException(
                    Reason.KAFKA,
                    "a score could not be written to vito.scores in %d tries: %s"
                            .formatted(failed.attempt, failed.cause.getMessage()),
                    failed.cause);
        }
        timers.startSingleTimer(failed.score, new WriteAgain(failed.score, failed.attempt + 1), WRITE_PAUSE);
        return this;
    }

    private boolean isOutdated(EvaluationScore score) {
        return !score.equals(newest.get(ScoreKey.of(score)));
    }

    private Behavior<Command> onWriteAgain(WriteAgain again) {
        if (isOutdated(again.score)) {
            return onWritten();
        }
        write(again.score, again.attempt);
        return this;
    }

    private Behavior<Command> onStop() {
        if (!stopping) {
            stopping = true;
            evaluators.forEach(getContext()::stop);
            for (Lease lease : leases.values()) {
                plan.openOf(lease.job)
                        .forEach(task ->
                                write(Scores.of(lease.job.checkpoint(), lease.job.dataSet(), task, ScoreState.QUEUED)));
            }
            leases.clear();
        }
        return endIfQuiet();
    }

    private Behavior<Command> endIfQuiet() {
        return stopping && writing == 0 ? Behaviors.stopped() : this;
    }

    private Behavior<Command> onStopped() {
        around.told().accept(new Told(Health.STOPPED, "stopped"));
        return this;
    }

    private void tell() {
        around.told().accept(told());
    }

    private Told told() {
        if (!unread.isEmpty()) {
            return new Told(Health.STARTING, "reading what was announced and scored before");
        }
        if (rules.dataSets().isEmpty()) {
            return new Told(Health.WAITING, "no data set is configured; set vito.evaluator.data-sets");
        }
        if (leases.isEmpty()) {
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
