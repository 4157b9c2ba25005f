package org.vito.learner.run;

import akka.actor.typed.ActorSystem;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.learner.data.ClipSource;
import org.vito.learner.data.DataState;
import org.vito.learner.data.EpochDecisions;
import org.vito.learner.data.OrderListener;
import org.vito.learner.group.LearnerGroup;
import org.vito.learner.group.LearnerGroup.Channel;
import org.vito.learner.run.BatchAssembler.Prepared;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;

/**
 * One attempt of a learner that does not lead its group, on a thread of its own: takes over weights and data order from the
 * leader, then steps with it on its own part of every batch. It writes no checkpoint and nothing to Kafka; its leader's
 * {@link TrainingLoop} does.
 */
final class MemberLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(MemberLoop.class);
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final ActorSystem<?> system;
    private final RunSettings settings;
    private final Trainable.Factory networks;
    private final Augmentation augmentation;
    private final Platform platform;
    private final LearnerEvents events;
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final StageMeter meter;
    private final Pace pace;

    private long step;
    private long savedStep;

    MemberLoop(
            ActorSystem<?> system,
            RunSettings settings,
            Trainable.Factory networks,
            Augmentation augmentation,
            Platform platform,
            LearnerEvents events) {
        this.system = system;
        this.settings = settings;
        this.networks = networks;
        this.augmentation = augmentation;
        this.platform = platform;
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

    /** Asks all learners of the group to finish the step they are in and end; callable from any thread, more than once. */
    void stop() {
        stop.complete(null);
    }

    @Override
    public void run() {
        Throwable failure = null;
        try (LearnerGroup group = LearnerGroup.join(settings.group(), settings.agreement(), stop)) {
            Companions companions = new Companions(group);
            try {
                TrainingLoop.stopTogether(stop, group);
                train(group, companions, companions.start(null));
            } catch (Throwable e) {
                failure = companions.explain(e);
                group.fail(failure);
            }
        } catch (Throwable e) { // an Error of native code, too, must end the learner loudly, not its thread silently
            failure = e;
        }
        boolean stopped = failure instanceof ClipSource.Stopped || failure instanceof CancellationException;
        events.ended(stopped ? null : failure);
    }

    private void train(LearnerGroup group, Companions companions, Companions.Start from) {
        events.restoring(from.generation());
        step = from.step();
        savedStep = from.savedStep();
        log.info("rank {} goes on after step {} of generation {}", group.rank(), step, from.generation());
        try (Trainable network = networks.create(settings.seed(), group)) {
            network.takeOver();
            List<ByteBuffer> buffers = network.inputBuffers(augmentation.buffers());
            Listener listener = new Listener();
            Orders orders = new Orders(platform, settings, new SharedEpochs(group, EpochDecisions.UNRECORDED));
            try (BatchAssembler batches = BatchAssembler.start(
                    system,
                    () -> orders.open(DataState.fromJson(from.data()), listener),
                    augmentation,
                    buffers,
                    new BatchAssembler.Part(group.rank(), group.size()),
                    () -> group.end(Channel.DATA))) {
                meter.queue(batches::prepared, augmentation.buffers() - 1);
                meter.lag(batches::unread);
                events.training(step, settings.schedule().steps());
                pace.begin(System.nanoTime());
                while (step < settings.schedule().steps() && step(network, companions, batches, listener)) {
                    // one after the other
                }
            } finally {
                meter.queue(() -> 0, augmentation.buffers() - 1);
                meter.lag(() -> -1);
            }
        }
    }

    private boolean step(Trainable network, Companions companions, BatchAssembler batches, Listener listener) {
        long waitBegan = System.nanoTime();
        Prepared batch = await(batches, listener);
        try {
            Companions.Turn turn = companions.turn(batch, savedStep);
            if (turn.savedStep() != savedStep) {
                savedStep = turn.savedStep();
                events.saved(savedStep);
            }
            if (batch == null || turn.end()) {
                return false;
            }
            long began = System.nanoTime();
            Trainable.Outcome outcome = network.step(
                    batch.views().buffer(),
                    turn.videoIds(),
                    step,
                    settings.schedule().learningRate(step),
                    settings.schedule().emaDecay(step));
            pace.step(waitBegan, began, System.nanoTime());
            step++;
            if (!outcome.isFinite()) {
                throw new VitoException(
                        Reason.NOT_FINITE,
                        "step %d has loss %s and gradient norm %s"
                                .formatted(step, outcome.loss(), outcome.gradientNorm()));
            }
            meter.passed(batch.views().source().examples().size());
            long total = settings.schedule().steps();
            events.progress(new LearnerEvents.Progress(
                    step,
                    total,
                    outcome.loss(),
                    pace.clipsPerSecond(),
                    pace.stalledShare(),
                    pace.secondsFor(total - step)));
            return true;
        } finally {
            if (batch != null) {
                batch.views().release().run();
            }
        }
    }

    private @Nullable Prepared await(BatchAssembler batches, Listener listener) {
        boolean told = false;
        while (!batches.await(stop, PATIENCE)) {
            if (listener.waits) {
                events.waiting(listener.have, listener.need);
                told = true;
            }
        }
        Prepared batch = stop.isDone() ? null : batches.take();
        if (told && batch != null) {
            events.training(step, settings.schedule().steps());
        }
        return batch;
    }

    /** Refused records are the leader's to tell of: it reads the same. */
    private static final class Listener implements OrderListener {
        private volatile boolean waits;
        private volatile long have;
        private volatile long need;

        @Override
        public void waiting(long clips, long wanted) {
            have = clips;
            need = wanted;
            waits = true;
        }

        @Override
        public void epoch(long number) {
            waits = false;
        }

        @Override
        public void refused(ConsumerRecord<String, byte[]> record, VitoException reason) {
            log.warn("clip left out: {}", reason.getMessage());
        }
    }
}
