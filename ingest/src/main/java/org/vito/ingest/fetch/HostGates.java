package org.vito.ingest.fetch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * How much of us each host has to bear: so many fetches at a time, begun no faster than at an interval, and none at all
 * while the host has asked to be left alone. Nothing blocks here; who must wait gets a future. Safe to use from any thread.
 */
public final class HostGates {
    /** A fetch that goes on; closing it, once or more often, makes room for the next. */
    public interface Slot extends AutoCloseable {
        @Override
        void close();
    }

    private static final class Gate {
        private final Queue<CompletableFuture<Slot>> waiting = new ArrayDeque<>();
        private int running;
        private boolean timed; // the next start is scheduled
        private Instant nextStart = Instant.MIN;
        private Instant closedUntil = Instant.MIN;
    }

    private final int concurrent;
    private final Duration interval;
    private final int mostWaiting;
    private final InstantSource clock;
    private final BiConsumer<Duration, Runnable> later;
    private final Map<String, Gate> gates = new HashMap<>(); // guarded by itself

    /**
     * @param concurrent most fetches of a host at a time
     * @param interval least time between the beginnings of two fetches of a host
     * @param mostWaiting how many may wait for a host before it counts as crowded
     * @param later runs something after a while
     */
    public HostGates(
            int concurrent,
            Duration interval,
            int mostWaiting,
            InstantSource clock,
            BiConsumer<Duration, Runnable> later) {
        this.concurrent = concurrent;
        this.interval = interval;
        this.mostWaiting = mostWaiting;
        this.clock = clock;
        this.later = later;
    }

    /** How long the host still wants to be left alone; zero if it does not. */
    public Duration closedFor(String host) {
        synchronized (gates) {
            Gate gate = gates.get(host);
            Instant now = clock.instant();
            return gate == null || !gate.closedUntil.isAfter(now)
                    ? Duration.ZERO
                    : Duration.between(now, gate.closedUntil);
        }
    }

    /** Whether so many wait for the host that one more had better come back another time. */
    public boolean isCrowded(String host) {
        synchronized (gates) {
            Gate gate = gates.get(host);
            return gate != null && gate.waiting.size() >= mostWaiting;
        }
    }

    /** Completes when a fetch from {@code host} may begin; the slot is closed when it has ended. */
    public CompletionStage<Slot> enter(String host) {
        CompletableFuture<Slot> slot = new CompletableFuture<>();
        synchronized (gates) {
            gates.computeIfAbsent(host, h -> new Gate()).waiting.add(slot);
        }
        open(host);
        return slot;
    }

    /** Leaves the host alone for {@code pause} from now. */
    public void close(String host, Duration pause) {
        synchronized (gates) {
            Gate gate = gates.computeIfAbsent(host, h -> new Gate());
            Instant until = clock.instant().plus(pause);
            gate.closedUntil = until.isAfter(gate.closedUntil) ? until : gate.closedUntil;
        }
    }

    private void open(String host) {
        List<CompletableFuture<Slot>> entering = new ArrayList<>();
        Duration wait = Duration.ZERO;
        synchronized (gates) {
            Gate gate = gates.get(host);
            if (gate == null) {
                return;
            }
            Instant now = clock.instant();
            while (!gate.waiting.isEmpty() && gate.running < concurrent && wait.isZero()) {
                Instant start = gate.nextStart.isAfter(gate.closedUntil) ? gate.nextStart : gate.closedUntil;
                if (start.isAfter(now)) {
                    wait = Duration.between(now, start);
                } else {
                    gate.running++;
                    gate.nextStart = now.plus(interval);
                    entering.add(gate.waiting.remove());
                }
            }
            if (wait.isZero() || gate.timed) {
                wait = Duration.ZERO;
            } else {
                gate.timed = true;
            }
            forget(host, gate, now);
        }
        entering.forEach(slot -> slot.complete(slot(host)));
        if (!wait.isZero()) {
            later.accept(wait, () -> reopen(host));
        }
    }

    private void reopen(String host) {
        synchronized (gates) {
            Gate gate = gates.get(host);
            if (gate != null) {
                gate.timed = false;
            }
        }
        open(host);
    }

    private Slot slot(String host) {
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.getAndSet(false)) {
                synchronized (gates) {
                    Gate gate = gates.get(host);
                    if (gate != null) {
                        gate.running--;
                    }
                }
                open(host);
            }
        };
    }

    /** Keeps the map as small as the number of hosts that matter now. */
    private void forget(String host, Gate gate, Instant now) {
        boolean idle = gate.running == 0 && gate.waiting.isEmpty() && !gate.timed;
        if (idle && !gate.closedUntil.isAfter(now) && !gate.nextStart.isAfter(now)) {
            gates.remove(host);
        }
    }
}
