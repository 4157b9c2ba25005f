package org.vito.learner.run;

import akka.actor.typed.ActorSystem;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.augment.ClipBatch.Example;
import org.vito.learner.checkpoint.CheckpointStore;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.learner.checkpoint.Checkpoints.Verified;
import org.vito.learner.checkpoint.Manifest;
import org.vito.learner.data.ClipSource;
import org.vito.learner.data.DataState;
import org.vito.learner.data.OrderListener;
import org.vito.learner.data.RecordedEpochs;
import org.vito.learner.group.LearnerGroup;
import org.vito.learner.group.LearnerGroup.Channel;
import org.vito.learner.run.BatchAssembler.Prepared;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.TrainingStep;

/**
 * One generation of a learner, on a thread of its own: restores the newest checkpoint, then takes batch after batch, steps,
 * tells, and saves, until the schedule or the data ends or it is asked to stop.
 *
 * <p>What a checkpoint covers is told before it is durable: the journal is flushed, then the files are written, then the
 * checkpoint is announced. So every step that a later generation will not repeat stands in the topic of steps, and a learner
 * that was superseded fails at the flush.
 */
final class TrainingLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final int NAMED_CLIPS = 16;
    private static final int RECORDED_EPOCHS = 10_000;

    private final ActorSystem<?> system;
    private final RunSettings settings;
    private final Trainable.Factory networks;
    private final Augmentation augmentation;
    private final Platform platform;
    private final LearnerEvents events;
    private final long generationBefore;
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final StageMeter meter;
    private final Pace pace;

    private volatile @Nullable Shortage shortage;
    private long generation;
    private long step;
    private double loss = Double.NaN;
    private DataState data = DataState.beginning();
    private long savedStep = -1;
    private Instant saveTriedAt = Instant.EPOCH;
    private int failedSaves;

    /** An epoch that cannot begin: it has {@code have} of {@code need} clips. */
    private record Shortage(long have, long need) {}

    /** A loop that follows this learner's loop of generation {@code generationBefore}, 0 if it is its first. */
    TrainingLoop(
            ActorSystem<?> system,
            RunSettings settings,
            Trainable.Factory networks,
            Augmentation augmentation,
            Platform platform,
            long generationBefore,
            LearnerEvents events) {
        this.system = system;
        this.settings = settings;
        this.networks = networks;
        this.augmentation = augmentation;
        this.platform = platform;
        this.generationBefore = generationBefore;
        this.events = events;
        meter = platform.stages().meter("learn", "clips", "", Topics.CLIPS.name());
        pace = new Pace(networks.clips());
    }

    /** Starts the thread. */
    void start() {
        Thread thread = new Thread(this, "vito-learner-" + settings.run());
        thread.setDaemon(true);
        thread.start();
    }

    /** Asks the loop to finish the step it is in, take a checkpoint and end; callable from any thread, more than once. */
    void stop() {
        stop.complete(null);
    }

    @Override
    public void run() {
        Throwable failure = null;
        try {
            CheckpointStore store = CheckpointStore.open(
                    settings.run(), platform.data(), settings.checkpoint(), settings.identity(), platform.clock());
            generation = store.beginGeneration(generationBefore);
            events.restoring(generation);
            try (TrainingJournal journal = TrainingJournal.open(platform.kafka(), settings.run());
                    LearnerGroup group = LearnerGroup.join(settings.group(), settings.agreement(), stop)) {
                lead(store, journal, group);
            }
        } catch (ClipSource.Stopped | CancellationException e) {
            log.debug("stopped while waiting");
        } catch (Throwable e) { // an Error of native code, too, must end the learner loudly, not its thread silently
            failure = e;
        }
        events.ended(failure);
    }

    private void lead(CheckpointStore store, TrainingJournal journal, LearnerGroup group) throws Throwable {
        Companions companions = new Companions(group);
        stopTogether(stop, group);
        try (Trainable network = networks.create(settings.seed(), group)) {
            restore(store, journal, network);
            companions.start(new Companions.Start(generation, step, loss, savedStep, data.toJson()));
            network.takeOver();
            train(store, journal, group, companions, network);
        } catch (Throwable e) {
            Throwable failure = companions.explain(e);
            group.fail(failure);
            throw failure;
        }
    }

    /** Whoever is asked to stop asks the whole group. */
    static void stopTogether(CompletableFuture<Void> stop, LearnerGroup group) {
        CompletableFuture<Void> unused = stop.thenRun(group::stopAll);
        CompletableFuture<Void> unusedBack = group.stop().thenRun(() -> stop.complete(null));
    }

    private void restore(CheckpointStore store, TrainingJournal journal, Trainable network) throws Exception {
        Verified newest = store.newest().orElse(null);
        if (newest == null) {
            epochs().clear();
            save(store, journal, network);
            return;
        }
        network.restore(newest.directory());
        data = DataState.fromJson(Files.readAllBytes(newest.directory().resolve(Manifest.DATA)));
        step = newest.manifest().step();
        loss = newest.manifest().loss();
        savedStep = step;
        saveTriedAt = platform.clock().instant();
        log.info("run {} goes on after step {} from {}", settings.run(), step, newest.directory());
        if (!Announcements.isAnnounced(platform.kafka(), newest)) {
            announce(journal, newest);
        }
    }

    private void train(
            CheckpointStore store,
            TrainingJournal journal,
            LearnerGroup group,
            Companions companions,
            Trainable network) {
        Refusals refusals = new Refusals(journal, meter, platform.clock());
        List<ByteBuffer> buffers = network.inputBuffers(augmentation.buffers());
        DataState from = data;
        Orders orders = new Orders(platform, settings, new SharedEpochs(group, epochs()));
        try (BatchAssembler batches = BatchAssembler.start(
                system,
                () -> orders.open(from, new Listener(refusals)),
                augmentation,
                buffers,
                new BatchAssembler.Part(group.rank(), group.size()),
                () -> group.end(Channel.DATA))) {
            meter.queue(batches::prepared, augmentation.buffers() - 1);
            meter.lag(batches::unread);
            events.training(step, settings.schedule().steps());
            pace.begin(System.nanoTime());
            while (step < settings.schedule().steps() && step(network, journal, refusals, batches, companions)) {
                if (due()) {
                    trySave(store, journal, network);
                    events.training(step, settings.schedule().steps());
                }
            }
        } finally {
            meter.queue(() -> 0, augmentation.buffers() - 1);
            meter.lag(() -> -1);
        }
        if (savedStep != step) {
            save(store, journal, network);
        }
        journal.flush();
    }

    private @Nullable Prepared await(BatchAssembler batches) {
        boolean told = false;
        while (!batches.await(stop, PATIENCE)) {
            Shortage lack = shortage;
            if (lack != null) {
                events.waiting(lack.have(), lack.need());
                told = true;
            }
        }
        Prepared batch = stop.isDone() ? null : batches.take();
        if (told && batch != null) {
            events.training(step, settings.schedule().steps());
        }
        return batch;
    }

    /** Says whether there was a batch to step on. */
    private boolean step(
            Trainable network,
            TrainingJournal journal,
            Refusals refusals,
            BatchAssembler batches,
            Companions companions) {
        long waitBegan = System.nanoTime();
        Prepared batch = await(batches);
        try {
            Companions.Turn turn = companions.turn(batch, savedStep);
            if (batch == null || turn.end()) {
                return false;
            }
            turn.damaged().forEach(refusals::refuse);
            step(network, journal, batch, turn.videoIds(), waitBegan);
            return true;
        } finally {
            if (batch != null) {
                batch.views().release().run();
            }
        }
    }

    private void step(Trainable network, TrainingJournal journal, Prepared batch, int[] videoIds, long waitBegan) {
        List<Example> examples = batch.whole();
        double rate = settings.schedule().learningRate(step);
        double decay = settings.schedule().emaDecay(step);
        long began = System.nanoTime();
        Trainable.Outcome outcome = network.step(batch.views().buffer(), videoIds, step, rate, decay);
        pace.step(waitBegan, began, System.nanoTime());
        step++;
        if (!outcome.isFinite()) {
            log.error("the clips of step {}: {}", step, names(examples, examples.size()));
            throw new VitoException(
                    Reason.NOT_FINITE,
                    "step %d has loss %s and gradient norm %s; the checkpoint of step %d is kept. Its clips: %s"
                            .formatted(
                                    step,
                                    outcome.loss(),
                                    outcome.gradientNorm(),
                                    savedStep,
                                    names(examples, NAMED_CLIPS)));
        }
        loss = outcome.loss();
        data = batch.after();
        meter.passed(examples.size());
        journal.tell(Topics.TRAINING, report(examples, rate, decay));
        long total = settings.schedule().steps();
        events.progress(new LearnerEvents.Progress(
                step, total, loss, pace.clipsPerSecond(), pace.stalledShare(), pace.secondsFor(total - step)));
    }

    private TrainingStep report(List<Example> examples, double rate, double decay) {
        TrainingStep.Builder report = TrainingStep.newBuilder()
                .setRunId(settings.run())
                .setStep(step)
                .setTotalSteps(settings.schedule().steps())
                .setLoss(loss)
                .setLearningRate(rate)
                .setEmaDecay(decay)
                .setStepMs(pace.stepMs())
                .setClipsPerSecond(pace.clipsPerSecond())
                .setViewsPerSecond(pace.clipsPerSecond() * networks.views())
                .setStalledShare(pace.stalledShare())
                .setEpoch(data.epoch())
                .setGeneration(generation)
                .setAtMs(platform.clock().millis())
                .setClipsConsumed(data.batches() * networks.clips());
        for (Example example : examples) {
            report.addClipPartitions(example.partition())
                    .addClipOffsets(example.offset())
                    .addClipEpochs(example.epoch());
        }
        return report.build();
    }

    private boolean due() {
        long everySteps = settings.checkpoint().everySteps();
        Duration every = settings.checkpoint().every();
        boolean bySteps = everySteps > 0 && step % everySteps == 0;
        return bySteps || (!every.isZero() && !platform.clock().instant().isBefore(saveTriedAt.plus(every)));
    }

    /** Saves; where the storage fails, training goes on for a while, since it may be there again at the next due save. */
    private void trySave(CheckpointStore store, TrainingJournal journal, Trainable network) {
        try {
            save(store, journal, network);
            failedSaves = 0;
        } catch (VitoException e) {
            if (e.reason() != Reason.STORAGE
                    || ++failedSaves >= settings.checkpoint().attempts()) {
                throw e;
            }
            log.error(
                    "training goes on without the checkpoint, failed save {} of {} before it halts: {}",
                    failedSaves,
                    settings.checkpoint().attempts(),
                    e.getMessage());
            saveTriedAt = platform.clock().instant();
            events.notSaved(step, String.valueOf(e.getMessage()));
        }
    }

    private void save(CheckpointStore store, TrainingJournal journal, Trainable network) {
        events.saving(step);
        journal.flush();
        byte[] state = data.toJson();
        Verified saved =
                store.write(new CheckpointStore.About(step, loss, networks.architecture(), data.next()), directory -> {
                    network.save(directory);
                    FiniteWeights.check(
                            directory, "after step %d; the checkpoint of step %d is kept".formatted(step, savedStep));
                    Files.write(directory.resolve(Manifest.DATA), state);
                });
        savedStep = step;
        saveTriedAt = platform.clock().instant();
        announce(journal, saved);
        store.retain();
        events.saved(step);
    }

    private void announce(TrainingJournal journal, Verified checkpoint) {
        journal.tell(
                Topics.CHECKPOINTS,
                Announcements.of(checkpoint, generation, platform.clock().millis()));
        journal.flush();
        Path directory = checkpoint.directory();
        log.info(
                "checkpoint of step {} is durable and announced: {}",
                checkpoint.manifest().step(),
                directory);
    }

    private RecordedEpochs epochs() {
        return RecordedEpochs.open(
                Checkpoints.runDirectory(platform.data(), settings.run()).resolve("epochs"), RECORDED_EPOCHS);
    }

    private static String names(List<Example> examples, int most) {
        String named = examples.stream()
                .limit(most)
                .map(e -> "%s (%d@%d, epoch %d)".formatted(e.clip().getClipId(), e.partition(), e.offset(), e.epoch()))
                .collect(Collectors.joining(", "));
        return examples.size() <= most ? named : named + " and " + (examples.size() - most) + " more, all in the log";
    }

    /** Runs on the thread that reads. */
    private final class Listener implements OrderListener {
        private final Refusals refusals;

        Listener(Refusals refusals) {
            this.refusals = refusals;
        }

        @Override
        public void waiting(long have, long need) {
            shortage = new Shortage(have, need);
        }

        @Override
        public void epoch(long number) {
            shortage = null;
            log.info("epoch {} begins", number);
        }

        @Override
        public void refused(ConsumerRecord<String, byte[]> record, VitoException reason) {
            refusals.refuse(record, reason);
        }
    }
}
