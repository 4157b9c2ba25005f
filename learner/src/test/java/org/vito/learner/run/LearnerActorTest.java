package org.vito.learner.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

class LearnerActorTest {
    private static final ActorTestKit KIT = ActorTestKit.create();

    private final BlockingQueue<LearnerActor.Status> said = new LinkedBlockingQueue<>();
    private final BlockingQueue<LearnerEvents> loops = new LinkedBlockingQueue<>();
    private final List<Long> generations = new ArrayList<>();
    private final AtomicInteger stops = new AtomicInteger();

    @AfterAll
    static void end() {
        KIT.shutdownTestKit();
    }

    private ActorRef<LearnerActor.Command> learner(int restarts) {
        return KIT.spawn(LearnerActor.create(
                (generationBefore, events) -> {
                    generations.add(generationBefore);
                    loops.add(events);
                    return stops::incrementAndGet;
                },
                restarts,
                Duration.ofMillis(1),
                said::add));
    }

    private LearnerEvents loop() throws InterruptedException {
        return Objects.requireNonNull(loops.poll(120, TimeUnit.SECONDS), "no loop was started");
    }

    private LearnerActor.Status next() throws InterruptedException {
        return Objects.requireNonNull(said.poll(120, TimeUnit.SECONDS), "nothing was said");
    }

    /** Every message that the actor's protocol permits, by what brings it about. */
    @Test
    void everyCommandIsHandled() throws Exception {
        ActorRef<LearnerActor.Command> learner = learner(1);
        LearnerEvents loop = loop();
        loop.restoring(4);
        assertThat(next().detail()).isEqualTo("restoring, generation 4");
        loop.saving(0);
        assertThat(next().state()).isEqualTo(LearnerState.SAVING);
        loop.saved(0);
        assertThat(next().detail()).isEqualTo("saved the checkpoint of step 0");
        loop.training(0, 100);
        assertThat(next().state()).isEqualTo(LearnerState.TRAINING);
        loop.waiting(3, 32);
        assertThat(next())
                .isEqualTo(new LearnerActor.Status(LearnerState.WAITING, "waiting for clips: 3 of 32 are there", null));
        loop.waiting(5, 32);
        assertThat(next().state()).isEqualTo(LearnerState.WAITING);
        loop.training(0, 100);
        next();
        loop.progress(new LearnerEvents.Progress(7, 100, 2.5, 12.34, 0.071, 93.4));
        assertThat(next().detail())
                .isEqualTo("step 7/100, loss 2.5000, 12.3 clips/s, 7 % of the time waiting for data, 1:33 min left");
        loop.saving(8);
        next();
        loop.notSaved(8, "disk full");
        assertThat(next().detail()).isEqualTo("step 8; NOT SAVED at step 8: disk full");
        loop.training(8, 100);
        next();
        loop.progress(new LearnerEvents.Progress(9, 100, 2.5, 12.34, 0, 93.4));
        assertThat(next().detail()).endsWith("1:33 min left; NOT SAVED at step 8: disk full");
        loop.saving(9);
        next();
        loop.saved(9);
        next();
        loop.training(9, 100);
        next();
        loop.progress(new LearnerEvents.Progress(10, 100, 2.5, 12.34, 0, 93.4));
        assertThat(next().detail()).endsWith("1:33 min left");
        TestProbe<LearnerActor.Status> probe = KIT.createTestProbe();
        learner.tell(new LearnerActor.GetStatus(probe.getRef()));
        assertThat(probe.receiveMessage().state()).isEqualTo(LearnerState.TRAINING);
        loop.ended(new RetriableException(Reason.KAFKA, "away"));
        assertThat(next().state()).isEqualTo(LearnerState.STARTING);
        LearnerEvents again = loop(); // by way of Restart
        learner.tell(new LearnerActor.Stop());
        again.ended(null);
        assertThat(next().state()).isEqualTo(LearnerState.STOPPED);
        probe.expectTerminated(learner);
        assertThat(stops).hasValue(1);
        assertThat(generations).containsExactly(0L, 4L);
        Set<String> covered = new TreeSet<>(List.of(
                "Stop",
                "GetStatus",
                "Restoring",
                "Training",
                "Waiting",
                "Saving",
                "Saved",
                "NotSaved",
                "Progressed",
                "Ended",
                "Restart"));
        Set<String> permitted = new TreeSet<>();
        for (Class<?> command : LearnerActor.Command.class.getPermittedSubclasses()) {
            permitted.add(command.getSimpleName());
        }
        assertThat(permitted).isEqualTo(covered);
    }

    @Test
    void aLearnerGivesUpAfterItsRestartsUnlessACheckpointCameBetween() throws Exception {
        ActorRef<LearnerActor.Command> learner = learner(1);
        RetriableException away = new RetriableException(Reason.KAFKA, "away");
        loop().ended(away);
        assertThat(next().state()).isEqualTo(LearnerState.STARTING);
        LearnerEvents second = loop();
        second.restoring(2);
        next();
        second.saving(5);
        next();
        second.saved(5);
        next();
        second.ended(away);
        assertThat(next().state()).isEqualTo(LearnerState.STARTING);
        loop().ended(away);
        LearnerActor.Status last = next();
        assertThat(last.state()).isEqualTo(LearnerState.HALTED);
        assertThat(last.failure()).isSameAs(away);
        KIT.createTestProbe().expectTerminated(learner);
    }

    @Test
    void aFailureThatCannotPassHaltsAtOnce() throws Exception {
        learner(5);
        loop().ended(new VitoException(Reason.NOT_FINITE, "loss is NaN"));
        assertThat(next())
                .extracting(LearnerActor.Status::state, LearnerActor.Status::detail)
                .containsExactly(LearnerState.HALTED, "loss is NaN");
    }

    @Test
    void stoppingBetweenTwoGenerationsEndsAtOnce() throws Exception {
        ActorRef<LearnerActor.Command> learner = KIT.spawn(LearnerActor.create(
                (generationBefore, events) -> {
                    loops.add(events);
                    return stops::incrementAndGet;
                },
                1,
                Duration.ofHours(1),
                said::add));
        loop().ended(new RetriableException(Reason.KAFKA, "away"));
        assertThat(next().state()).isEqualTo(LearnerState.STARTING);
        learner.tell(new LearnerActor.Stop());
        assertThat(next().state()).isEqualTo(LearnerState.STOPPED);
    }

    @Test
    void statesKnowTheirLegalMoves() {
        for (LearnerState state : LearnerState.values()) {
            for (LearnerState next : LearnerState.values()) {
                if (state.next().contains(next)) {
                    assertThat(state.to(next)).isEqualTo(next);
                } else {
                    assertThatThrownBy(() -> state.to(next)).isInstanceOf(IllegalStateException.class);
                }
            }
            assertThat(state.isEnd()).isEqualTo(state.next().isEmpty());
        }
        assertThat(LearnerState.TRAINING.next()).containsAll(EnumSet.of(LearnerState.WAITING, LearnerState.SAVING));
        assertThat(LearnerState.STARTING.next()).doesNotContain(LearnerState.TRAINING);
    }
}
