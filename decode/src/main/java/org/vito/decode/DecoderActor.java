package org.vito.decode;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vito.decode.child.v1.Refused;
import org.vito.decode.child.v1.Response;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** One decoder process, from its start to its end. The actor never outlives the process, nor the process the actor. */
final class DecoderActor extends AbstractBehavior<DecoderActor.Command> {
    sealed interface Command {}

    /** Work on {@code job}; only sent to an actor that has told the pool that it is free. */
    record Execute(Job job) implements Command {}

    /** End the process, after a moment by force. */
    record Dismiss() implements Command {}

    private record Answered(Response response) implements Command {}

    private record Ended(String how) implements Command {}

    private record TookTooLong(long jobNumber) implements Command {}

    private static final long START = 0; // job number that stands for starting
    private static final long FAREWELL = -1; // and for ending

    private final DecodeSettings settings;
    private final ActorRef<DecoderPool.Command> pool;
    private final TimerScheduler<Command> timers;
    private final List<Response> answers = new ArrayList<>();
    private @Nullable ChildProcess process;
    private ChildState state = ChildState.STARTING;
    private boolean wasReady;
    private @Nullable Job job;
    private String fate = "";

    private DecoderActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            DecodeSettings settings,
            Isolation isolation,
            ActorRef<DecoderPool.Command> pool,
            int slot) {
        super(context);
        this.settings = settings;
        this.pool = pool;
        this.timers = timers;
        start(isolation, "vito-decoder-" + slot);
    }

    static Behavior<Command> create(
            DecodeSettings settings, Isolation isolation, ActorRef<DecoderPool.Command> pool, int slot) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new DecoderActor(context, timers, settings, isolation, pool, slot)));
    }

    private void start(Isolation isolation, String name) {
        ActorRef<Command> self = getContext().getSelf();
        try {
            process = ChildProcess.start(settings, isolation, name, new ChildProcess.Listener() {
                @Override
                public void answered(Response response) {
                    self.tell(new Answered(response));
                }

                @Override
                public void ended(String how) {
                    self.tell(new Ended(how));
                }
            });
            timers.startSingleTimer(
                    START, new TookTooLong(START), settings.child().startTimeout());
        } catch (IOException e) {
            self.tell(new Ended("no process could be started: " + e.getMessage()));
        }
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Execute.class, this::onExecute)
                .onMessage(Answered.class, this::onAnswered)
                .onMessage(TookTooLong.class, this::onTookTooLong)
                .onMessage(Ended.class, this::onEnded)
                .onMessage(Dismiss.class, this::onDismiss)
                .onSignal(PostStop.class, this::onPostStop)
                .build();
    }

    private Behavior<Command> onExecute(Execute execute) {
        if (state != ChildState.READY || process == null) {
            return this; // the process died in the moment before, and the pool will hear of it
        }
        job = execute.job();
        state = state.become(ChildState.BUSY);
        timers.startSingleTimer(
                job.number(), new TookTooLong(job.number()), settings.limits().requestTime());
        try {
            process.send(job.request());
        } catch (IOException e) {
            kill("its pipe broke: " + e.getMessage());
        }
        return this;
    }

    private Behavior<Command> onAnswered(Answered answered) {
        Response response = answered.response();
        if (response.hasReady()) {
            timers.cancel(START);
            state = state.become(ChildState.READY);
            wasReady = true;
            List<Protection> protections = response.getReady().getProtectionsList().stream()
                    .map(told -> new Protection(told.getName(), told.getActive(), told.getDetail()))
                    .toList();
            pool.tell(new DecoderPool.Ready(
                    getContext().getSelf(), response.getReady().getPid(), protections));
        } else if (job != null && state == ChildState.BUSY && response.getNumber() == job.number()) {
            answers.add(response);
            if (!response.hasWindow()) {
                finish(job, response);
            }
        }
        return this;
    }

    private void finish(Job done, Response last) {
        timers.cancel(done.number());
        if (last.hasRefused()) {
            done.refuse(refusal(last.getRefused()));
        } else {
            done.replyTo().tell(new Job.Answers(List.copyOf(answers)));
        }
        answers.clear();
        job = null;
        state = state.become(ChildState.READY);
        pool.tell(new DecoderPool.Free(getContext().getSelf()));
    }

    private static VitoException refusal(Refused refused) {
        for (Reason reason : Reason.values()) {
            if (reason.name().equals(refused.getReason())) {
                return new VitoException(reason, refused.getMessage());
            }
        }
        return new VitoException(Reason.INTERNAL, refused.getReason() + ": " + refused.getMessage());
    }

    private Behavior<Command> onTookTooLong(TookTooLong late) {
        if (late.jobNumber() == START) {
            kill("it was not ready after " + settings.child().startTimeout());
        } else if (late.jobNumber() == FAREWELL) {
            kill("it did not end when told to");
        } else if (job != null && job.number() == late.jobNumber()) {
            kill("it was not done after its limit vito.decode.limits.request-time = "
                    + settings.limits().requestTime());
        }
        return this;
    }

    private void kill(String why) {
        fate = why;
        if (state != ChildState.KILLED) {
            state = state.become(ChildState.KILLED);
        }
        if (process != null) {
            process.kill(); // its end is told by the thread that listens to it
        }
    }

    private Behavior<Command> onEnded(Ended ended) {
        boolean wasBusy = job != null;
        if (state != ChildState.KILLED) {
            state = state.become(ChildState.KILLED);
        }
        String how = fate.isEmpty() ? ended.how() : fate + "; " + ended.how();
        pool.tell(new DecoderPool.Gone(getContext().getSelf(), wasReady, wasBusy, how));
        return Behaviors.stopped();
    }

    private Behavior<Command> onDismiss(Dismiss dismiss) {
        if (process != null && state != ChildState.KILLED) {
            process.dismiss();
            timers.startSingleTimer(
                    FAREWELL, new TookTooLong(FAREWELL), settings.child().stopTimeout());
        }
        return this;
    }

    private Behavior<Command> onPostStop(PostStop signal) {
        if (process != null) {
            process.kill();
        }
        return this;
    }
}
