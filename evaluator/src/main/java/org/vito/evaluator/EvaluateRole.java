package org.vito.evaluator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.vito.evaluator.data.DataSet;
import org.vito.evaluator.data.DataSets;
import org.vito.evaluator.plan.EvaluationCoordinator;
import org.vito.evaluator.plan.EvaluationCoordinator.Surroundings;
import org.vito.evaluator.plan.EvaluationCoordinator.Told;
import org.vito.evaluator.plan.EvaluationRules;
import org.vito.evaluator.score.CheckpointScorer;
import org.vito.evaluator.score.ImageEncoder;
import org.vito.evaluator.score.KeptFiles;
import org.vito.evaluator.video.PropagationTask;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;

/**
 * The role that scores every announced checkpoint. One such role a Kafka: two would each score everything. What it knows it
 * reads from {@code vito.checkpoints} and {@code vito.scores} when it starts, so that it may be killed at any time.
 */
public final class EvaluateRole {
    private static final String DISPATCHER = "vito.evaluator.blocking-dispatcher";
    private static final AtomicLong started = new AtomicLong();
    private static final AtomicLong scorers = new AtomicLong();

    private EvaluateRole() {}

    /** Starts the coordinator and its evaluators. */
    public static RunningRole start(ActorSystem<?> system, EvaluatorSettings settings, Platform platform) {
        return start(system, settings, platform, ImageEncoder::frozen);
    }

    static RunningRole start(
            ActorSystem<?> system, EvaluatorSettings settings, Platform platform, ImageEncoder.Opener encoders) {
        Executor blocking = system.dispatchers().lookup(DispatcherSelector.fromConfig(DISPATCHER));
        StageMeter meter = platform.stages().meter("evaluate", "scores", "", Topics.CHECKPOINTS.name());
        AtomicReference<Told> told = new AtomicReference<>(new Told(RunningRole.Health.STARTING, "starting"));
        KafkaScoreSink sink = new KafkaScoreSink(platform.kafka());
        KeptFiles kept = new KeptFiles(
                settings.cache().directory().orElse(platform.data().resolve("evaluator")),
                settings.cache().limit(),
                platform.clock());
        Surroundings around = new Surroundings(
                () -> scorer(settings, encoders, kept, blocking, platform),
                blocking,
                sink,
                meter,
                platform.clock(),
                platform.instance(),
                told::set);
        CompletableFuture<Void> coordinatorEnded = new CompletableFuture<>();
        ActorRef<EvaluationCoordinator.Command> coordinator = system.systemActorOf(
                Guardian.create(
                        EvaluationCoordinator.Command.class,
                        EvaluationCoordinator.create(rules(settings), around),
                        "coordinator",
                        coordinatorEnded),
                "vito-evaluate-" + started.incrementAndGet(),
                Props.empty());
        CoordinatorFeed feed = CoordinatorFeed.start(system, platform, coordinator, sink::write);
        CompletableFuture<Void> ended = coordinatorEnded.whenCompleteAsync(
                (done, failure) -> {
                    feed.close();
                    sink.close();
                    told.set(
                            failure == null
                                    ? new Told(RunningRole.Health.STOPPED, "stopped")
                                    : new Told(RunningRole.Health.FAILED, String.valueOf(failure.getMessage())));
                },
                blocking);
        return new Running(coordinator, told, ended);
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
                        .map(set -> new EvaluationRules.DataSet(set.name(), settings.tasksOf(set)))
                        .toList(),
                settings.order() == EvaluatorSettings.Order.NEWEST_FIRST,
                settings.every(),
                settings.retriedReasons(),
                settings.evaluators(),
                settings.attempts(),
                settings.backOff(),
                settings.lease());
    }

    private record Running(
            ActorRef<EvaluationCoordinator.Command> coordinator,
            AtomicReference<Told> told,
            CompletableFuture<Void> whenEnded)
            implements RunningRole {
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
            coordinator.tell(new EvaluationCoordinator.Stop());
            return ended();
        }
    }
}
