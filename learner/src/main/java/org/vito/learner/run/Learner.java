package org.vito.learner.run;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole;
import org.vito.protocol.VitoException;

/** A learner that runs, seen from outside: its {@link LearnerActor} and what that last said. */
public final class Learner implements RunningRole {
    private static final String ROLE = "learn";
    private static final AtomicInteger STARTED = new AtomicInteger(); // an actor's name is free only after it has ended

    private volatile RunningRole.Status status =
            new RunningRole.Status(ROLE, LearnerState.STARTING.health(), "starting");
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ActorRef<LearnerActor.Command> actor;

    private Learner(
            ActorSystem<?> system,
            RunSettings settings,
            Trainable.Factory networks,
            Augmentation augmentation,
            Platform platform) {
        LearnerActor.Loops loops = (generationBefore, events) -> {
            if (settings.group().rank() > 0) {
                MemberLoop loop = new MemberLoop(system, settings, networks, augmentation, platform, events);
                loop.start();
                return loop::stop;
            }
            TrainingLoop loop =
                    new TrainingLoop(system, settings, networks, augmentation, platform, generationBefore, events);
            loop.start();
            return loop::stop;
        };
        actor = system.systemActorOf(
                LearnerActor.create(loops, settings.restarts(), settings.restartAfter(), this::heard),
                "vito-learner-" + settings.run() + "-" + STARTED.incrementAndGet(),
                Props.empty());
    }

    /** Starts to train. */
    public static Learner start(
            ActorSystem<?> system,
            RunSettings settings,
            Trainable.Factory networks,
            Augmentation augmentation,
            Platform platform) {
        return new Learner(system, settings, networks, augmentation, platform);
    }

    @Override
    public RunningRole.Status status() {
        return status;
    }

    @Override
    public CompletionStage<Void> ended() {
        return ended.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Void> stop() {
        actor.tell(new LearnerActor.Stop());
        return ended();
    }

    private void heard(LearnerActor.Status said) {
        status = new RunningRole.Status(ROLE, said.state().health(), said.detail());
        if (said.state() == LearnerState.STOPPED) {
            ended.complete(null);
        } else if (said.state() == LearnerState.HALTED) {
            Throwable failure = said.failure();
            ended.completeExceptionally(failure == null ? new VitoException(Reason.INTERNAL, said.detail()) : failure);
        }
    }
}
