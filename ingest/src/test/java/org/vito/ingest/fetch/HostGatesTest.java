package org.vito.ingest.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.vito.ingest.fetch.HostGates.Slot;

class HostGatesTest {
    private Instant now = Instant.EPOCH;
    private final List<Duration> waits = new ArrayList<>();
    private final List<Runnable> timers = new ArrayList<>();

    private HostGates gates(int concurrent, Duration interval) {
        return new HostGates(concurrent, interval, 3, () -> now, (wait, task) -> {
            waits.add(wait);
            timers.add(task);
        });
    }

    private void pass(Duration time) {
        now = now.plus(time);
        List<Runnable> due = List.copyOf(timers);
        timers.clear();
        due.forEach(Runnable::run);
    }

    private static CompletableFuture<Slot> enter(HostGates gates, String host) {
        return gates.enter(host).toCompletableFuture();
    }

    @Test
    void soManyAtATimeAndTheNextWhenOneHasEnded() {
        HostGates gates = gates(2, Duration.ZERO);
        var first = enter(gates, "a");
        var second = enter(gates, "a");
        var third = enter(gates, "a");
        assertThat(first).isDone();
        assertThat(second).isDone();
        assertThat(third).isNotDone();
        assertThat(enter(gates, "b")).as("another host").isDone();
        first.join().close();
        first.join().close();
        assertThat(third).isDone();
        assertThat(enter(gates, "a")).as("closing twice makes room once").isNotDone();
    }

    @Test
    void beginningsKeepTheirDistance() {
        HostGates gates = gates(5, Duration.ofMillis(100));
        var first = enter(gates, "a");
        var second = enter(gates, "a");
        var third = enter(gates, "a");
        assertThat(first).isDone();
        assertThat(second).isNotDone();
        assertThat(waits).containsExactly(Duration.ofMillis(100));
        pass(Duration.ofMillis(100));
        assertThat(second).isDone();
        assertThat(third).isNotDone();
        pass(Duration.ofMillis(100));
        assertThat(third).isDone();
    }

    @Test
    void aHostThatAsksForItIsLeftAlone() {
        HostGates gates = gates(1, Duration.ZERO);
        enter(gates, "a").join().close();
        gates.close("a", Duration.ofSeconds(7));
        gates.close("a", Duration.ofSeconds(3));
        assertThat(gates.closedFor("a")).isEqualTo(Duration.ofSeconds(7));
        assertThat(gates.closedFor("b")).isZero();
        var next = enter(gates, "a");
        assertThat(next).isNotDone();
        pass(Duration.ofSeconds(7));
        assertThat(next).isDone();
        assertThat(gates.closedFor("a")).isZero();
    }

    @Test
    void aCrowdIsSeen() {
        HostGates gates = gates(1, Duration.ZERO);
        for (int i = 0; i < 4; i++) {
            assertThat(gates.isCrowded("a")).isFalse();
            assertThat(enter(gates, "a").isDone()).isEqualTo(i == 0);
        }
        assertThat(gates.isCrowded("a")).isTrue();
        assertThat(gates.isCrowded("b")).isFalse();
    }
}
