package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.vito.protocol.v1.TrainingStep;
import org.vito.tests.TrainingAccount.Position;

/** That the account would notice. */
class TrainingAccountTest {
    /** Four clips; transactions leave gaps between offsets. */
    private static final SortedSet<Position> PRODUCED =
            new TreeSet<>(List.of(new Position(0, 0), new Position(0, 2), new Position(1, 0), new Position(1, 5)));

    private final List<TrainingStep> told = new ArrayList<>();

    @Test
    void anOrderlyRunIsAccepted() {
        tell(1, 0, 0, 0, 1, 0);
        tell(2, 0, 0, 2, 1, 5);
        tell(3, 1, 0, 2, 1, 0);
        tell(4, 1, 0, 0, 1, 5);
        TrainingAccount account = new TrainingAccount(told);
        account.assertNoStepIsMissing(2);
        account.assertEachClipOnceAnEpoch(PRODUCED);
        account.assertEveryEpochTakes(PRODUCED);
    }

    @Test
    void theLastTellingOfAStepHolds() {
        tell(1, 0, 0, 0, 1, 0);
        tell(2, 0, 0, 0, 0, 0); // a wrong one, told before a crash
        tell(2, 0, 0, 2, 1, 5);
        new TrainingAccount(told).assertEveryEpochTakes(PRODUCED);
    }

    @Test
    void aClipTakenTwiceIsNoticed() {
        tell(1, 0, 0, 0, 0, 0);
        assertNoticed(() -> new TrainingAccount(told).assertEachClipOnceAnEpoch(PRODUCED));
    }

    @Test
    void aClipPassedOverIsNoticed() {
        tell(1, 0, 0, 2, 1, 5);
        tell(2, 1, 0, 0, 1, 0);
        tell(3, 2, 0, 0, 1, 0);
        assertNoticed(() -> new TrainingAccount(told).assertEachClipOnceAnEpoch(PRODUCED));
        assertNoticed(() -> new TrainingAccount(told).assertEveryEpochTakes(PRODUCED));
    }

    @Test
    void aClipThatDoesNotExistIsNoticed() {
        tell(1, 0, 0, 1, 1, 0);
        assertNoticed(() -> new TrainingAccount(told).assertEachClipOnceAnEpoch(PRODUCED));
    }

    @Test
    void aMissingStepIsNoticed() {
        tell(1, 0, 0, 0, 1, 0);
        tell(3, 0, 0, 2, 1, 5);
        assertNoticed(() -> new TrainingAccount(told).assertNoStepIsMissing(2));
    }

    private static void assertNoticed(Runnable check) {
        assertThatExceptionOfType(AssertionError.class).isThrownBy(check::run);
    }

    /** Tells a step of two clips of one epoch. */
    private void tell(long step, long epoch, int partition0, long offset0, int partition1, long offset1) {
        told.add(TrainingStep.newBuilder()
                .setStep(step)
                .setClipsConsumed(2 * step)
                .addAllClipPartitions(List.of(partition0, partition1))
                .addAllClipOffsets(List.of(offset0, offset1))
                .addAllClipEpochs(List.of(epoch, epoch))
                .build());
    }
}
