package org.vito.learner.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Groups of real processes on this machine. */
class ProcessGroupTest {
    private static final int PATIENT = 60_000; // milliseconds
    private static final int SHORT = 8_000;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final List<ChildJvm> peers = new ArrayList<>();

    @AfterEach
    void end() {
        peers.forEach(ChildJvm::close);
    }

    private void start(int rank, List<String> addresses, int timeoutMs, int last) throws Exception {
        peers.add(ChildJvm.start(
                directory,
                "peer" + rank,
                GroupPeer.class,
                String.valueOf(rank),
                String.join(",", addresses),
                String.valueOf(timeoutMs),
                String.valueOf(last)));
    }

    @Test
    void sumsAndTheirGradientsAreTheSameEverywhere() throws Exception {
        List<String> addresses = ChildJvm.freeAddresses(3);
        for (int rank = 0; rank < 3; rank++) {
            start(rank, addresses, PATIENT, -1);
        }
        for (ChildJvm peer : peers) {
            assertThat(peer.awaitEnd()).as(peer.said()).isZero();
            // Run r feeds rank + 10 r, and one more at the end: the sum s is 3 + 30 r, then 3 more.
            // The objective is (1 + 2 + 3) s², of which each process has its share; its gradient is 12 s.
            assertThat(peer.said())
                    .contains(
                            "0 sum 3,3,3,3,6, gradient 36,36,36,36,72,",
                            "1 sum 33,33,33,33,36, gradient 396,396,396,396,432,",
                            "3 sum 93,93,93,93,96, gradient 1116,1116,1116,1116,1152,",
                            "closed");
        }
    }

    @Test
    void theDeathOfOneFailsAllInTime() throws Exception {
        List<String> addresses = ChildJvm.freeAddresses(3);
        start(0, addresses, SHORT, -1);
        start(1, addresses, SHORT, 2);
        start(2, addresses, SHORT, -1);
        for (int survivor : new int[] {0, 2}) {
            ChildJvm peer = peers.get(survivor);
            assertThat(peer.awaitEnd()).as(peer.said()).isEqualTo(3);
            assertThat(peer.said()).contains("failed: ", "closed").doesNotContain("2 sum");
        }
    }

    @Test
    void anotherThatDoesNotComeIsWaitedForOnlySoLong() throws Exception {
        start(0, ChildJvm.freeAddresses(2), SHORT, -1);
        assertThat(peers.get(0).awaitEnd()).as(peers.get(0).said()).isEqualTo(3);
        assertThat(peers.get(0).said()).contains("failed: ", "timed out", "closed");
    }

    @Test
    void aRunThatWaitsForOneThatIsGoneCanBeAborted() throws Exception {
        List<String> addresses = ChildJvm.freeAddresses(2);
        start(0, addresses, PATIENT, -1);
        start(1, addresses, PATIENT, 2);
        ChildJvm survivor = peers.get(0);
        assertThat(peers.get(1).awaitEnd()).isEqualTo(9);
        survivor.endInput();
        assertThat(survivor.awaitEnd()).as(survivor.said()).isEqualTo(3);
        assertThat(survivor.said()).contains("1 sum 21", "failed: ", "closed").doesNotContain("timed out");
    }

    @Test
    void aloneASumIsItsOnlyTerm() {
        try (ProcessGroup group = ProcessGroup.alone();
                Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<TFloat32> x = tf.constant(1f);
            assertThat(group.sum(tf, x)).isSameAs(x);
            assertThat(group.size()).isOne();
            assertThat(group.rank()).isZero();
        }
    }
}
