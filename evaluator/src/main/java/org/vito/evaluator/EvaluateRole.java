package org.vito.evaluator;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import com.typesafe.config.Config;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.evaluator.data.DataSet;
import org.vito.evaluator.data.DataSets;
import org.vito.evaluator.plan.EvaluationCoordinator;
import org.vito.evaluator.plan.EvaluationCoordinator.Surroundings;
import org.vito.evaluator.plan.EvaluationCoordinator.Told;
import org.vito.evaluator.plan.EvaluationRules;
import org.vito.evaluator.plan.Evaluators;
import org.vito.evaluator.score.CheckpointScorer;
import org.vito.evaluator.score.ImageEncoder;
import org.vito.evaluator.score.KeptFiles;
import org.vito.evaluator.video.PropagationTask;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;

/**
 * The role that scores every announced checkpoint. Processes that have it and know each other by {@link ClusterSettings} are
 * a cluster: each has evaluators, one has the coordinator, and when that one dies another gets it. What a coordinator knows
 * it reads from {@code vito.checkpoints}, {@code vito.scores} and {@code vito.evaluate.requests} when it starts, so that all
 * may be killed at any time.
 *
 * <p>The cluster has an actor system of its own, since a process that the others took for dead can only come back with a
 * new one, and other roles of the process shall not end with it.
 */
public final class EvaluateRole {
    private static final Logger log = LoggerFactory.getLogger(EvaluateRole.class);
    private static final String DISPATCHER = "vito.evaluator.blocking-dispatcher";
    private static final AtomicLong scorers = new AtomicLong();

    private EvaluateRole() {}

    /**
     * Starts the evaluators of this process and joins the cluster; without data sets it does nothing but wait to be stopped.
     *
     * @throws VitoException BAD_SETTING if the cluster's port cannot be listened on; FORBIDDEN if no cluster is named and
     *     another process evaluates already; KAFKA if Kafka does not answer
     */
    public static RunningRole start(
            ActorSystem<?> system, EvaluatorSettings settings, ClusterSettings cluster, Platform platform) {
        return start(system, settings, cluster, platform, ImageEncoder::frozen);
    }

    static RunningRole start(
            ActorSystem<?> system,
            EvaluatorSettings settings,
            ClusterSettings cluster,
            Platform platform,
            ImageEncoder.Opener encoders) {
        if (settings.dataSets().isEmpty()) {
            return new Idle(new CompletableFuture<>());
        }
        if (cluster.seeds().isEmpty()) {
            OtherEvaluators.refuse(platform);
        }
        Executor blocking = system.dispatchers().lookup(DispatcherSelector.fromConfig(DISPATCHER));
        StageMeter meter = platform.stages().meter("evaluate", "scores", "", Topics.CHECKPOINTS.name());
        String looking = cluster.seeds().isEmpty() ? "starting" : "looking for " + String.join(", ", cluster.seeds());
        Told first = new Told(RunningRole.Health.STARTING, looking);
        AtomicReference<Told> told = new AtomicReference<>(first);
        KeptFiles kept = new KeptFiles(
                settings.cache().directory().orElse(platform.data().resolve("evaluator")),
                settings.cache().limit(),
                platform.clock());
        CompletableFuture<Void> coordinatorEnded = new CompletableFuture<>();
        Surroundings around = new Surroundings(
                coordinator -> KafkaJournal.open(system, platform, coordinator),
                blocking,
                meter,
                platform.clock(),
                platform.instance(),
                told::set);
        ActorSystem<Void> actors = listening(
                cluster,
                EvaluateGuardian.create(
                        cluster,
                        Evaluators.create(
                                settings.evaluators(),
                                () -> scorer(settings, encoders, kept, blocking, platform),
                                blocking,
                                platform.instance()),
                        Guardian.create(
                                EvaluationCoordinator.Command.class,
                                EvaluationCoordinator.create(rules(settings), around),
                                "plan",
                                coordinatorEnded),
                        () -> told.compareAndSet(
                                first, // else the coordinator is here and has told more
                                new Told(RunningRole.Health.WAITING, "ready; another process coordinates"))),
                system.settings().config());
        return Running.of(actors, told, coordinatorEnded);
    }

    private static ActorSystem<Void> listening(ClusterSettings cluster, Behavior<Void> guardian, Config process) {
        try {
            ActorSystem<Void> actors = ActorSystem.create(guardian, ClusterSettings.NAME, cluster.asAkka(process));
            log.info("evaluators find this process at {}", actors.address());
            return actors;
        } catch (RuntimeException e) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "vito.cluster.host and port: cannot listen on %s:%d: %s"
                            .formatted(cluster.host(), cluster.port(), e.getMessage()),
                    e);
        }
    }

    private static CheckpointScorer scorer(
            EvaluatorSettings settings,
            ImageEncoder.Opener encoders,
            KeptFiles kept,
            Executor blocking,
            Platform platform) {
        String instance = platform.instance().replaceAll("[^A-Za-z0-9._-]", "-");
        String reader = "evaluator-" + scorers.incrementAndGet() + "-" + instance;
        return new CheckpointScorer(
                new SettingsLibrary(settings),
                settings.imageTasks().toList(),
                settings.probe(),
                new PropagationTask(settings.propagation().options()),
                new CheckpointScorer.Means(
                        encoders,
                        kept,
                        settings.propagation().masks(),
                        settings.pictures().store(platform),
                        settings.batch(),
                        settings.threads(),
                        blocking,
                        reader.substring(0, Math.min(reader.length(), 100)),
                        platform.clock()));
    }

    private record SettingsLibrary(EvaluatorSettings settings) implements CheckpointScorer.Library {
        @Override
        public DataSet open(String name) {
            EvaluatorSettings.DataSet set = settings.dataSet(name);
            return DataSets.open(name, set.path(), set.kind(), settings.limits());
        }

        @Override
        public String classifier(String dataSet) {
            return settings.dataSet(dataSet).classifier();
        }
    }

    private static EvaluationRules rules(EvaluatorSettings settings) {
        return new EvaluationRules(
                settings.dataSets().stream()
                        .map(set -> new EvaluationRules.DataSet(
                                set.name(), settings.tasksOf(set), settings.possibleTasks(set)))
                        .toList(),
                settings.order(),
                settings.every(),
                settings.retriedReasons(),
                settings.attempts(),
                settings.backOff(),
                settings.lease());
    }

    /** A role that has nothing to score on. */
    private record Idle(CompletableFuture<Void> whenEnded) implements RunningRole {
        @Override
        public Status status() {
            return whenEnded.isDone()
                    ? new Status("evaluate", Health.STOPPED, "stopped")
                    : new Status("evaluate", Health.WAITING, "no data set is configured; set vito.evaluator.data-sets");
        }

        @Override
        public CompletionStage<Void> ended() {
            return whenEnded.minimalCompletionStage();
        }

        @Override
        public CompletionStage<Void> stop() {
            whenEnded.complete(null);
            return ended();
        }
    }

    private record Running(
            ActorSystem<Void> actors,
            AtomicReference<Told> told,
            AtomicBoolean stopping,
            CompletableFuture<Void> whenEnded)
            implements RunningRole {
        static Running of(
                ActorSystem<Void> actors, AtomicReference<Told> told, CompletableFuture<Void> coordinatorEnded) {
            Running running = new Running(actors, told, new AtomicBoolean(), new CompletableFuture<>());
            coordinatorEnded.minimalCompletionStage().whenComplete((done, failure) -> {
                if (failure != null) {
                    running.end(failure);
                }
            });
            actors.getWhenTerminated().whenComplete((done, failure) -> {
                if (running.stopping.get()) {
                    running.end(null);
                } else {
                    running.end(new VitoException(
                            Reason.GROUP,
                            "the other evaluators took this process for dead, since they had not heard from it, and go on"
                                    + " without it; start it again"));
                }
            });
            return running;
        }

        private void end(@Nullable Throwable failure) {
            if (failure == null) {
                told.set(new Told(Health.STOPPED, "stopped"));
                whenEnded.complete(null);
            } else {
                told.set(new Told(Health.FAILED, String.valueOf(failure.getMessage())));
                whenEnded.completeExceptionally(failure);
                actors.terminate();
            }
        }

        @Override
        public Status status() {
            Told now = Objects.requireNonNull(told.get());
            return new Status("evaluate", now.health(), now.detail());
        }

        @Override
        public CompletionStage<Void> ended() {
            return whenEnded.minimalCompletionStage();
        }

        @Override
        public CompletionStage<Void> stop() {
            stopping.set(true);
            actors.terminate();
            return ended();
        }
    }
}
