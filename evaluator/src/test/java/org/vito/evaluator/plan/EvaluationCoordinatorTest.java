package org.vito.evaluator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vito.evaluator.plan.EvaluationCoordinator.AddCheckpoints;
import org.vito.evaluator.plan.EvaluationCoordinator.Command;
import org.vito.evaluator.plan.EvaluationCoordinator.History;
import org.vito.evaluator.plan.EvaluationCoordinator.HistoryRead;
import org.vito.evaluator.plan.EvaluationCoordinator.RestoreScores;
import org.vito.evaluator.plan.EvaluationCoordinator.Stop;
import org.vito.evaluator.plan.EvaluationCoordinator.Told;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.RunningRole.Health;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Stages;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

class EvaluationCoordinatorTest {
    private static final long PATIENCE_S = 120; // for what must come; a busy machine may take long

    private static final ActorTestKit kit =
            ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
    private final ManualTime time = ManualTime.get(kit.system());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
    private final BlockingQueue<EvaluationScore> written = new LinkedBlockingQueue<>();
    private final AtomicReference<Told> told = new AtomicReference<>();
    private final StageMeter meter = new Stages(new SimpleMeterRegistry()).meter("evaluate", "scores", "", "");
    private volatile Scorer scorer = (job, listener) -> {
        for (String task : job.tasks()) {
            listener.started(task);
            listener.scored(task, Map.of("top1", job.checkpoint().getStep() / 100.0), 1);
        }
    };
    private volatile Function<EvaluationScore, CompletionStage<Void>> sink = score -> {
        written.add(score);
        return CompletableFuture.completedFuture(null);
    };
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<ActorRef<?>> spawned = new CopyOnWriteArrayList<>();

    @AfterAll
    static void shutDown() {
        kit.shutdownTestKit();
    }

    @AfterEach
    void end() {
        spawned.forEach(kit::stop); // so that no other test's coordinator finds these evaluators
        threads.shutdownNow();
    }

    @Test
    void scoresWhatIsOpenNewestFirstAndNothingTwice() throws Exception {
        ActorRef<Command> coordinator = spawn(rules(List.of("a", "b"), List.of("knn", "linear")));
        CheckpointAnnouncement one = checkpoint(10, "d10", 1);
        CheckpointAnnouncement two = checkpoint(20, "d20", 2);
        restore(coordinator, score(one, "a", "knn", ScoreState.SCORED), score(one, "a", "linear", ScoreState.RUNNING));
        restore(coordinator, score(one, "b", "knn", ScoreState.FAILED), score(one, "b", "linear", ScoreState.QUEUED));
        add(coordinator, one, two, two); // announced twice
        assertThat(written.poll(200, TimeUnit.MILLISECONDS)).isNull(); // not before both histories are read
        begin(coordinator);

        List<String> scored = scored(6);
        assertThat(scored.subList(0, 4)).containsExactly("20/a/knn", "20/a/linear", "20/b/knn", "20/b/linear");
        assertThat(scored.subList(4, 6)).containsExactly("10/a/linear", "10/b/linear");
        add(coordinator, two); // told once more
        assertThat(next(ScoreState.SCORED, 300)).isNull();
        assertThat(meter.passed()).isEqualTo(6);
        assertThat(Objects.requireNonNull(told.get()).health()).isEqualTo(Health.WAITING);
        add(coordinator, checkpoint(20, "other", 3)); // another network under the same name
        assertThat(scored(4)).contains("20/a/knn", "20/b/linear");
    }

    @Test
    void tellsEveryStateInOrder() throws Exception {
        ActorRef<Command> coordinator = spawn(rules(List.of("a"), List.of("knn")));
        begin(coordinator);
        add(coordinator, checkpoint(1, "d", 1));
        List<EvaluationScore> states = List.of(take(), take(), take());
        assertThat(states)
                .extracting(EvaluationScore::getState)
                .containsExactly(ScoreState.QUEUED, ScoreState.RUNNING, ScoreState.SCORED);
        EvaluationScore last = states.get(2);
        assertThat(last.getEvaluator()).isEqualTo("evaluator");
        assertThat(states.get(0).getEvaluator()).isEqualTo("me");
        assertThat(last.getCheckpointDigest()).isEqualTo("d");
        assertThat(last.getAtMs()).isEqualTo(1_000_000);
        assertThat(last.getMetrics(0).getValue()).isEqualTo(0.01);
    }

    @Test
    void aFailedTaskOrCheckpointLeavesTheOthersAlone() throws Exception {
        scorer = (job, listener) -> {
            if (job.checkpoint().getStep() == 2) {
                throw new VitoException(Reason.DAMAGED_CHECKPOINT, "it is gone");
            }
            listener.failed("knn", new VitoException(Reason.NOT_FINITE, "not finite"), 2);
            listener.scored("linear", Map.of("top1", 0.5), 1);
        };
        ActorRef<Command> coordinator = spawn(rules(List.of("a"), List.of("knn", "linear")));
        begin(coordinator);
        add(coordinator, checkpoint(1, "d1", 1), checkpoint(2, "d2", 2));
        assertThat(await(ScoreState.FAILED).getReason()).isEqualTo("DAMAGED_CHECKPOINT: it is gone");
        assertThat(await(ScoreState.FAILED).getStep()).isEqualTo(2);
        EvaluationScore failed = await(ScoreState.FAILED);
        assertThat(failed.getStep()).isEqualTo(1);
        assertThat(failed.getTask()).isEqualTo("knn");
        assertThat(failed.getReason()).isEqualTo("NOT_FINITE: not finite");
        assertThat(await(ScoreState.SCORED).getTask()).isEqualTo("linear");
        assertThat(meter.failedCount()).isEqualTo(3);
    }

    @Test
    void triesAgainWhatMayPassAndEndsTrying() throws Exception {
        BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();
        scorer = (job, listener) -> {
            attempts.add(job.attempt());
            throw new RetriableException(Reason.STORAGE, "the disk is away");
        };
        ActorRef<Command> coordinator = spawn(rules(List.of("a"), List.of("knn")));
        begin(coordinator);
        add(coordinator, checkpoint(1, "d", 1));
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(attempts.poll(PATIENCE_S, TimeUnit.SECONDS)).isEqualTo(attempt);
            assertThat(next(attempt < 3 ? ScoreState.QUEUED : ScoreState.FAILED, 1_000 * PATIENCE_S))
                    .isNotNull();
            if (attempt == 1) {
                assertThat(await(ScoreState.QUEUED)).isNotNull(); // the first told of the plan
            }
            tick();
            assertThat(attempts.poll(200, TimeUnit.MILLISECONDS)).isNull(); // not before the pause is over
            now.updateAndGet(t -> t.plusSeconds(30));
            tick();
        }
        assertThat(attempts.poll(300, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void leasesAnewWhatASilentEvaluatorHolds() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        scorer = (job, listener) -> {
            if (job.attempt() == 1) {
                first.countDown();
                while (!listener.cancelled()) {
                    Thread.onSpinWait();
                }
                listener.scored("knn", Map.of("top1", 0.1), 1); // too late, somebody else has it
                cancelled.countDown();
                throw new CancellationException("cancelled");
            }
            listener.scored("knn", Map.of("top1", 0.9), 1);
        };
        ActorRef<Command> coordinator = spawn(rules(List.of("a"), List.of("knn")));
        begin(coordinator);
        add(coordinator, checkpoint(1, "d", 1));
        assertThat(first.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        now.updateAndGet(t -> t.plusSeconds(59));
        tick();
        assertThat(cancelled.await(200, TimeUnit.MILLISECONDS)).isFalse();
        now.updateAndGet(t -> t.plusSeconds(2));
        tick();
        assertThat(cancelled.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        EvaluationScore scored = awaitWhileTimePasses(ScoreState.SCORED);
        assertThat(scored.getMetrics(0).getValue()).isEqualTo(0.9);
        assertThat(next(ScoreState.SCORED, 200)).isNull();
    }

    @Test
    void stopsByCancellingAndQueuesWhatWasBegun() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        scorer = (job, listener) -> {
            listener.started("knn");
            running.countDown();
            while (!listener.cancelled()) {
                Thread.onSpinWait();
            }
            throw new CancellationException("cancelled");
        };
        ActorRef<Command> coordinator = spawn(rules(List.of("a"), List.of("knn")));
        begin(coordinator);
        add(coordinator, checkpoint(1, "d", 1));
        assertThat(running.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        assertThat(await(ScoreState.RUNNING)).isNotNull();
        coordinator.tell(new Stop());
        assertThat(await(ScoreState.QUEUED)).isNotNull();
        kit.createTestProbe().expectTerminated(coordinator, Duration.ofSeconds(PATIENCE_S));
        assertThat(Objects.requireNonNull(told.get()).health()).isEqualTo(Health.STOPPED);
        assertThat(closed).isTrue();
    }

    @Test
    void endsWhenItsJournalIsAnothersNow() throws Exception {
        sink = score -> CompletableFuture.failedFuture(new VitoException(Reason.FORBIDDEN, "another coordinates"));
        ActorRef<Command> coordinator = spawn(rules(List.of("a"), List.of("knn")));
        begin(coordinator);
        add(coordinator, checkpoint(1, "d", 1));
        kit.createTestProbe().expectTerminated(coordinator, Duration.ofSeconds(PATIENCE_S));
        assertThat(written).isEmpty();
    }

    @Test
    void anEvaluatorThatIsGoneLosesItsJobToAnother() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        scorer = (job, listener) -> {
            begun.countDown();
            while (!listener.cancelled()) {
                Thread.onSpinWait();
            }
            cancelled.countDown();
            throw new CancellationException("cancelled");
        };
        ActorRef<?> doomed = evaluators();
        ActorRef<Command> coordinator = coordinator(rules(List.of("a"), List.of("knn")));
        begin(coordinator);
        add(coordinator, checkpoint(1, "d", 1));
        assertThat(begun.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        kit.stop(doomed);
        assertThat(cancelled.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        scorer = (job, listener) -> listener.scored("knn", Map.of("top1", 0.9), 1);
        evaluators();
        assertThat(awaitWhileTimePasses(ScoreState.SCORED).getMetrics(0).getValue())
                .isEqualTo(0.9);
        assertThat(next(ScoreState.SCORED, 200)).isNull();
    }

    @Test
    void anEvaluatorWhoseCoordinatorDiesDoesWhatTheNextOneGivesIt() throws Exception {
        BlockingQueue<String> running = new LinkedBlockingQueue<>();
        scorer = (job, listener) -> {
            running.add("at work");
            while (!listener.cancelled()) {
                Thread.onSpinWait();
            }
            throw new CancellationException("cancelled");
        };
        evaluators();
        ActorRef<Command> first = coordinator(rules(List.of("a"), List.of("knn")));
        begin(first);
        add(first, checkpoint(1, "d", 1));
        assertThat(running.poll(PATIENCE_S, TimeUnit.SECONDS)).isNotNull();
        scorer = (job, listener) -> listener.scored("knn", Map.of("top1", 0.7), 1);
        ActorRef<Command> second =
                coordinator(rules(List.of("a"), List.of("knn"))); // before the first is known to be dead
        begin(second);
        add(second, checkpoint(1, "d", 1));
        assertThat(await(ScoreState.SCORED).getMetrics(0).getValue()).isEqualTo(0.7);
        kit.stop(first);
    }

    @Test
    void everyCommandIsHandled() {
        ActorRef<Command> coordinator = spawn(rules(List.of("a"), List.of("knn")));
        TestProbe<Done> done = kit.createTestProbe(Done.class);
        begin(coordinator);
        Map<String, Command> samples = Map.ofEntries(
                Map.entry("AddCheckpoints", new AddCheckpoints(List.of(), done.ref())),
                Map.entry("ForgetCheckpoint", new EvaluationCoordinator.ForgetCheckpoint("r", 1)),
                Map.entry("AddRequests", new EvaluationCoordinator.AddRequests(List.of(), done.ref())),
                Map.entry("RestoreScores", new RestoreScores(List.of(), done.ref())),
                Map.entry("HistoryRead", new HistoryRead(History.SCORES)),
                Map.entry("Alive", new EvaluationCoordinator.Alive(99)),
                Map.entry("TaskStarted", new EvaluationCoordinator.TaskStarted(99, "knn", "me")),
                Map.entry("TaskScored", new EvaluationCoordinator.TaskScored(99, "knn", Map.of(), 1, "me")),
                Map.entry("TaskFailed", new EvaluationCoordinator.TaskFailed(99, "knn", "INTERNAL: x", 1, "me")),
                Map.entry("JobEnded", new EvaluationCoordinator.JobEnded(99, null, false)),
                Map.entry("Stop", new Stop()));
        Set<String> internal = Set.of("Found", "Tick", "Opened", "Failed", "Written", "Closed");
        for (Class<?> command : Command.class.getPermittedSubclasses()) {
            assertThat(samples.containsKey(command.getSimpleName()) || internal.contains(command.getSimpleName()))
                    .as(command + " has a sample here or a test above")
                    .isTrue();
        }
        TestProbe<akka.actor.UnhandledMessage> unhandled = kit.createUnhandledMessageProbe();
        samples.values().forEach(coordinator::tell);
        kit.createTestProbe().expectTerminated(coordinator, Duration.ofSeconds(PATIENCE_S));
        unhandled.expectNoMessage(Duration.ofMillis(100));
    }

    /** A coordinator and an evaluator. */
    private ActorRef<Command> spawn(EvaluationRules rules) {
        evaluators();
        return coordinator(rules);
    }

    private ActorRef<?> evaluators() {
        ActorRef<?> evaluators = kit.spawn(
                Evaluators.create(1, () -> (job, listener) -> scorer.score(job, listener), threads, "evaluator"));
        spawned.add(evaluators);
        return evaluators;
    }

    private ActorRef<Command> coordinator(EvaluationRules rules) {
        ActorRef<Command> coordinator = kit.spawn(EvaluationCoordinator.create(
                rules,
                new EvaluationCoordinator.Surroundings(
                        opened -> new MemoryJournal(), threads, meter, now::get, "me", told::set)));
        spawned.add(coordinator);
        return coordinator;
    }

    private final class MemoryJournal implements Journal {
        @Override
        public CompletionStage<Void> write(EvaluationScore score) {
            return sink.apply(score);
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    private static EvaluationRules rules(List<String> sets, List<String> tasks) {
        return new EvaluationRules(
                sets.stream()
                        .map(set -> new EvaluationRules.DataSet(set, tasks, tasks))
                        .toList(),
                EvaluationRules.Order.NEWEST_FIRST,
                1,
                Set.of("BAD_DATA_SET"),
                3,
                Duration.ofSeconds(5),
                Duration.ofSeconds(60));
    }

    static CheckpointAnnouncement checkpoint(long step, String digest, long atMs) {
        return CheckpointAnnouncement.newBuilder()
                .setRunId("run")
                .setStep(step)
                .setDigest(digest)
                .setAtMs(atMs)
                .build();
    }

    static EvaluationScore score(CheckpointAnnouncement checkpoint, String set, String task, ScoreState state) {
        return Scores.of(checkpoint, set, task, state);
    }

    private static void restore(ActorRef<Command> coordinator, EvaluationScore... scores) {
        TestProbe<Done> done = kit.createTestProbe(Done.class);
        coordinator.tell(new RestoreScores(List.of(scores), done.ref()));
        done.receiveMessage();
    }

    private static void add(ActorRef<Command> coordinator, CheckpointAnnouncement... checkpoints) {
        TestProbe<Done> done = kit.createTestProbe(Done.class);
        coordinator.tell(new AddCheckpoints(List.of(checkpoints), done.ref()));
        done.receiveMessage();
    }

    private static void begin(ActorRef<Command> coordinator) {
        for (History history : History.values()) {
            coordinator.tell(new HistoryRead(history));
        }
    }

    private void tick() {
        time.timePasses(Duration.ofSeconds(1));
    }

    private EvaluationScore take() throws InterruptedException {
        EvaluationScore score = written.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertThat(score).isNotNull();
        return score;
    }

    private EvaluationScore await(ScoreState state) throws InterruptedException {
        return Objects.requireNonNull(next(state, 1_000 * PATIENCE_S), "no score became " + state);
    }

    /** As {@link #await}, time going on, since when an evaluator's thread has ended is not known here. */
    private EvaluationScore awaitWhileTimePasses(ScoreState state) throws InterruptedException {
        for (int i = 0; i < 10 * PATIENCE_S; i++) {
            now.updateAndGet(t -> t.plusSeconds(5)); // so that a lease lasts long enough on a busy machine
            tick();
            EvaluationScore score = next(state, 100);
            if (score != null) {
                return score;
            }
        }
        throw new AssertionError("no score became " + state);
    }

    /** The next written score of that state, or null if none comes in time. */
    private @Nullable EvaluationScore next(ScoreState state, long millis) throws InterruptedException {
        long until = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < until) {
            EvaluationScore score = written.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (score != null && score.getState() == state) {
                return score;
            }
        }
        return null;
    }

    private List<String> scored(int count) throws InterruptedException {
        List<String> keys = new java.util.ArrayList<>();
        for (int i = 0; i < count; i++) {
            EvaluationScore score = await(ScoreState.SCORED);
            keys.add(score.getStep() + "/" + score.getDataSet() + "/" + score.getTask());
        }
        return keys;
    }
}
