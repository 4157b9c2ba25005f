package org.vito.learner.run;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.RetriableException;

/**
 * The life of a learner: starting → restoring → training ⇄ waiting for data → saving → stopped or halted. The work is done by
 * a {@link TrainingLoop} on its own thread; the actor owns the loop, keeps its state, and starts another generation where a
 * failure may pass.
 */
public final class LearnerActor extends AbstractBehavior<LearnerActor.Command> {
    /** What a learner can be told. */
    public sealed interface Command {}

    /** Finish the step under way, take a checkpoint, end. */
    public record Stop() implements Command {}

    /** Say how things stand. */
    public record GetStatus(ActorRef<Status> replyTo) implements Command {}

    private record Restoring(long generation) implements Command {}

    private record Training(long step, long total) implements Command {}

    private record Waiting(long have, long need) implements Command {}

    private record Saving(long step) implements Command {}

    private record Saved(long step) implements Command {}

    private record NotSaved(long step, String reason) implements Command {}

    private record Progressed(LearnerEvents.Progress progress) implements Command {}

    private record Ended(@Nullable Throwable failure) implements Command {}

    private record Restart() implements Command {}

    /** How a learner stands, in words too: step, loss, clips a second and time left. */
    public record Status(LearnerState state, String detail, @Nullable Throwable failure) {}

    /** Makes and starts the loop of one generation. */
    interface Loops {
        /** Starts one that follows the loop of generation {@code generationBefore}, or 0. */
        Loop start(long generationBefore, LearnerEvents events);
    }

    /** A loop that runs. */
    interface Loop {
        /** Asks it to end in order; it answers with {@link LearnerEvents#ended}. */
        void stop();
    }

    private final Loops loops;
    private final int restarts;
    private final Duration restartAfter;
    private final Consumer<Status> listener;
    private final TimerScheduler<Command> timers;
    private @Nullable Loop loop;
    private LearnerState state = LearnerState.STARTING;
    private String detail = "starting";
    private long generation;
    private int failures;
    private String warning = "";
    private boolean stopping;

    private LearnerActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Loops loops,
            int restarts,
            Duration restartAfter,
            Consumer<Status> listener) {
        super(context);
        this.timers = timers;
        this.loops = loops;
        this.restarts = restarts;
        this.restartAfter = restartAfter;
        this.listener = listener;
        startLoop();
    }

    /**
     * A learner that starts at once and stops when it has ended.
     *
     * @param restarts failures in a row, without a checkpoint in between, that are answered by a restart
     * @param restartAfter wait before the first restart, doubled for each further one
     * @param listener is told every change, on the actor's thread
     */
    static Behavior<Command> create(Loops loops, int restarts, Duration restartAfter, Consumer<Status> listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new LearnerActor(context, timers, loops, restarts, restartAfter, listener)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Stop.class, command -> onStop())
                .onMessage(GetStatus.class, this::onGetStatus)
                .onMessage(Restoring.class, this::onRestoring)
                .onMessage(Training.class, this::onTraining)
                .onMessage(Waiting.class, this::onWaiting)
                .onMessage(Saving.class, this::onSaving)
                .onMessage(Saved.class, this::onSaved)
                .onMessage(NotSaved.class, this::onNotSaved)
                .onMessage(Progressed.class, this::onProgressed)
                .onMessage(Ended.class, this::onEnded)
                .onMessage(Restart.class, command -> onRestart())
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    private Behavior<Command> onStop() {
        stopping = true;
        if (loop == null) {
            return end(LearnerState.STOPPED, "stopped", null);
        }
        loop.stop();
        return this;
    }

    private Behavior<Command> onGetStatus(GetStatus command) {
        command.replyTo().tell(new Status(state, detail, null));
        return this;
    }

    private Behavior<Command> onRestoring(Restoring event) {
        generation = event.generation();
        return move(LearnerState.RESTORING, "restoring, generation " + generation);
    }

    private Behavior<Command> onTraining(Training event) {
        return move(LearnerState.TRAINING, "step %d/%d".formatted(event.step(), event.total()));
    }

    private Behavior<Command> onWaiting(Waiting event) {
        String words = "waiting for clips: %d of %d are there".formatted(event.have(), event.need());
        return state == LearnerState.WAITING ? say(words) : move(LearnerState.WAITING, words);
    }

    private Behavior<Command> onSaving(Saving event) {
        return move(LearnerState.SAVING, "saving the checkpoint of step " + event.step());
    }

    private Behavior<Command> onSaved(Saved event) {
        failures = 0;
        warning = "";
        return say("saved the checkpoint of step " + event.step());
    }

    private Behavior<Command> onNotSaved(NotSaved event) {
        warning = "; NOT SAVED at step %d: %s".formatted(event.step(), event.reason());
        return say("step " + event.step() + warning);
    }

    private Behavior<Command> onProgressed(Progressed event) {
        LearnerEvents.Progress p = event.progress();
        return say(String.format(
                Locale.ROOT,
                "step %d/%d, loss %.4f, %.1f clips/s, %.0f %% of the time waiting for data, %s left%s",
                p.step(),
                p.total(),
                p.loss(),
                p.clipsPerSecond(),
                100 * p.stalledShare(),
                time(p.secondsLeft()),
                warning));
    }

    private Behavior<Command> onEnded(Ended event) {
        loop = null;
        Throwable failure = event.failure();
        if (failure == null) {
            return end(LearnerState.STOPPED, detail + ", ended", null);
        }
        if (failure instanceof RetriableException && failures < restarts && !stopping) {
            Duration pause = restartAfter.multipliedBy(1L << Math.min(failures, 20));
            failures++;
            getContext().getLog().warn("learner starts again in {}: {}", pause, failure.getMessage());
            timers.startSingleTimer(new Restart(), pause);
            return move(LearnerState.STARTING, "starting again in " + pause + " after: " + failure.getMessage());
        }
        getContext().getLog().error("learner halts", failure);
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return end(LearnerState.HALTED, message, failure);
    }

    private Behavior<Command> onRestart() {
        startLoop();
        return this;
    }

    private Behavior<Command> onPostStop() {
        if (loop != null) {
            loop.stop();
        }
        if (!state.isEnd()) {
            listener.accept(new Status(LearnerState.HALTED, "the learner's actor ended while it was " + state, null));
        }
        return this;
    }

    private void startLoop() {
        ActorRef<Command> self = getContext().getSelf();
        loop = loops.start(generation, new LearnerEvents() {
            @Override
            public void restoring(long begun) {
                self.tell(new Restoring(begun));
            }

            @Override
            public void training(long step, long total) {
                self.tell(new Training(step, total));
            }

            @Override
            public void waiting(long have, long need) {
                self.tell(new Waiting(have, need));
            }

            @Override
            public void saving(long step) {
                self.tell(new Saving(step));
            }

            @Override
            public void saved(long step) {
                self.tell(new Saved(step));
            }

            @Override
            public void notSaved(long step, String reason) {
                self.tell(new NotSaved(step, reason));
            }

            @Override
            public void progress(Progress progress) {
                self.tell(new Progressed(progress));
            }

            @Override
            public void ended(@Nullable Throwable failure) {
                self.tell(new Ended(failure));
            }
        });
    }

    private Behavior<Command> move(LearnerState next, String words) {
        if (state != next) {
            state = state.to(next);
        }
        return say(words);
    }

    private Behavior<Command> say(String words) {
        detail = words;
        listener.accept(new Status(state, detail, null));
        return this;
    }

    private Behavior<Command> end(LearnerState last, String words, @Nullable Throwable failure) {
        state = state.to(last);
        detail = words;
        listener.accept(new Status(state, detail, failure));
        return Behaviors.stopped();
    }

    private static String time(double seconds) {
        if (!Double.isFinite(seconds)) {
            return "unknown time";
        }
        long s = Math.round(seconds);
        if (s < 3600) {
            return "%d:%02d min".formatted(s / 60, s % 60);
        }
        return s < 48 * 3600 ? "%d:%02d h".formatted(s / 3600, s % 3600 / 60) : "%.1f days".formatted(s / 86400.0);
    }
}
