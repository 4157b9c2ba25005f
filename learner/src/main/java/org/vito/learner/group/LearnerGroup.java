package org.vito.learner.group;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.ConfigProto;
import org.vito.learner.group.Frame.Kind;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * The learners that train one run together, seen from one of them: who is there, and what they tell each other besides
 * tensors. It lives as long as one attempt of all of them; the failure of any ends it for all.
 *
 * <p>The learner of rank 0 leads: it alone writes checkpoints and speaks to Kafka, and the others hold a connection to it.
 * What all must agree on goes through {@link #exchange}, in which each learner gives a share and gets the shares of all. A
 * connection that breaks, or is silent for longer than the settings allow, is a learner that has gone; the leader tells the
 * others. A group has no number of its own: its connections are it, so what is left of an older one cannot be heard.
 *
 * <p>Safe for any thread; one at a time may exchange on a channel.
 */
public final class LearnerGroup implements AutoCloseable {
    /** Exchanges that go on side by side. */
    public enum Channel {
        /** The thread that trains. */
        STEPS(0),
        /** The thread that reads clips. */
        DATA(1);

        private final int number;

        Channel(int number) {
            this.number = number;
        }

        private static Channel of(int number) {
            return number == DATA.number ? DATA : STEPS;
        }
    }

    private static final Duration SOON = Duration.ofSeconds(5);

    private final GroupSettings settings;
    private final List<String> addresses;
    private final SortedMap<Integer, Peer> peers = new TreeMap<>();
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Set<Channel> ended = EnumSet.noneOf(Channel.class);
    private @Nullable VitoException failure;
    private @Nullable ProcessGroup processes;

    /** Another learner that this one hears. */
    private static final class Peer {
        private final Link link;
        private final Map<Channel, Queue<byte[]>> shares = new EnumMap<>(Channel.class);
        private boolean left;

        Peer(Link link) {
            this.link = link;
            for (Channel channel : Channel.values()) {
                shares.put(channel, new ArrayDeque<>());
            }
        }

        Queue<byte[]> shares(Channel channel) {
            return shares.getOrDefault(channel, new ArrayDeque<>());
        }
    }

    /**
     * A group whose learners are all there.
     *
     * @param addresses for each rank where its process of the {@link ProcessGroup} listens
     * @param links for the leader to every other rank, for the others to rank 0
     */
    LearnerGroup(GroupSettings settings, List<String> addresses, Map<Integer, Link> links) {
        this.settings = settings;
        this.addresses = List.copyOf(addresses);
        links.forEach((rank, link) -> peers.put(rank, new Peer(link)));
        peers.forEach((rank, peer) -> daemon("vito-learner-group-" + rank, () -> listen(rank, peer)));
        if (!peers.isEmpty()) {
            daemon("vito-learner-group-pulse", this::pulse);
        }
    }

    /**
     * Meets the others; returns when all are there.
     *
     * @param agreement what must be the same for all: run and digest of the settings that decide what is learned
     * @param stop gives up when it completes
     * @throws GroupException if not all have come within the time the settings give
     * @throws org.vito.protocol.VitoException BAD_SETTING if the leader refuses this learner
     * @throws CancellationException if {@code stop} completed
     */
    public static LearnerGroup join(GroupSettings settings, String agreement, CompletableFuture<Void> stop) {
        return new Rendezvous(settings, agreement, stop).meet();
    }

    /** This learner's place, from 0. */
    public int rank() {
        return settings.rank();
    }

    /** Number of learners. */
    public int size() {
        return settings.size();
    }

    /** Whether this learner writes checkpoints and speaks to Kafka. */
    public boolean leads() {
        return rank() == 0;
    }

    /** Completed when any of the learners was asked to stop. */
    public CompletableFuture<Void> stop() {
        return stop;
    }

    /** Asks all to end after the step under way. */
    public void stopAll() {
        if (stop.complete(null)) {
            tell(peers.values(), Frame.of(Kind.STOP));
        }
    }

    /**
     * Starts this process's part of the group that computes. It is aborted when the group fails, and closed with it.
     *
     * @throws GroupException if this process cannot listen at the address it gave
     */
    public ProcessGroup processes(ConfigProto config) {
        if (size() == 1) {
            return ProcessGroup.alone();
        }
        ProcessGroup started;
        try {
            started = ProcessGroup.start(rank(), addresses, settings.timeout(), config);
        } catch (org.tensorflow.exceptions.TensorFlowException e) {
            throw new GroupException(
                    "rank " + rank() + " cannot listen at " + addresses.get(rank()) + ": " + e.getMessage(), e);
        }
        synchronized (this) {
            processes = started;
        }
        return started;
    }

    /**
     * Gives a share and returns those of all, by rank. Waits for as long as the others live.
     *
     * @throws VitoException with reason GROUP if another learner has failed; a {@link GroupException} if that may pass
     * @throws CancellationException after {@link #end} of the channel
     */
    public List<byte[]> exchange(Channel channel, byte[] mine) {
        if (leads()) {
            List<byte[]> all = new ArrayList<>(List.of(mine));
            peers.forEach((rank, peer) -> all.add(take(rank, peer, channel)));
            if (!peers.isEmpty()) {
                tell(peers.values(), new Frame(Kind.SHARE, channel.number, pack(all)));
            }
            return all;
        }
        tell(peers.values(), new Frame(Kind.SHARE, channel.number, mine));
        return unpack(take(0, peer(0), channel));
    }

    /** Ends the exchange under way on a channel of this learner, and every later one. */
    public synchronized void end(Channel channel) {
        ended.add(channel);
        notifyAll();
    }

    /** Tells the others why this learner ends, and ends the group: for good, unless the failure may pass. */
    public void fail(Throwable cause) {
        String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        boolean known = cause instanceof VitoException v && v.reason() == Reason.GROUP;
        fail(failure(known ? why : "rank " + rank() + " failed: " + why, cause instanceof RetriableException));
    }

    /** What ended the group, if that becomes known soon. */
    public synchronized @Nullable VitoException failure() {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (failure == null && !peers.isEmpty() && System.nanoTime() < deadline) {
            pause(Duration.ofNanos(deadline - System.nanoTime()));
        }
        return failure;
    }

    /** Says good-bye and closes the connections. Sessions of {@link #processes} must be closed before. */
    @Override
    public void close() {
        closed.countDown();
        tell(peers.values(), Frame.of(Kind.BYE));
        for (Channel channel : Channel.values()) {
            end(channel);
        }
        peers.values().forEach(peer -> peer.link.close());
        ProcessGroup started;
        synchronized (this) {
            started = processes;
        }
        if (started != null) {
            started.close();
        }
    }

    /** Breaks the connections without a word, as the end of the process would. */
    void cut() {
        peers.values().forEach(peer -> peer.link.close());
    }

    private Peer peer(int rank) {
        Peer peer = peers.get(rank);
        if (peer == null) {
            throw new IllegalStateException("rank " + rank() + " has no connection to rank " + rank);
        }
        return peer;
    }

    private synchronized byte[] take(int rank, Peer peer, Channel channel) {
        Queue<byte[]> shares = peer.shares(channel);
        while (shares.isEmpty()) {
            if (failure != null) {
                throw failure;
            }
            if (ended.contains(channel)) {
                throw new CancellationException("the exchange of " + channel + " was ended");
            }
            if (peer.left) {
                throw new GroupException("rank " + rank + " has left the group");
            }
            pause(settings.timeout());
        }
        return shares.remove();
    }

    @SuppressWarnings("WaitNotInLoop") // its callers are the loops
    private synchronized void pause(Duration most) {
        try {
            wait(Math.max(1, most.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for other learners");
        }
    }

    private void listen(int rank, Peer peer) {
        try {
            while (hear(peer, peer.link.read())) {
                // as long as there is more to come
            }
        } catch (SocketTimeoutException e) {
            gone(rank, peer, "nothing was heard of it for " + settings.timeout());
        } catch (IOException e) {
            gone(rank, peer, "the connection broke (" + e + ")");
        }
    }

    private boolean hear(Peer peer, Frame frame) {
        switch (frame.kind()) {
            case SHARE -> {
                synchronized (this) {
                    peer.shares(Channel.of(frame.channel())).add(frame.body());
                    notifyAll();
                }
            }
            case STOP -> stopAll();
            case FAILED -> fail(failure(frame.text(), true));
            case ENDED -> fail(failure(frame.text(), false));
            case BYE -> {
                synchronized (this) {
                    peer.left = true;
                    notifyAll();
                }
                return false;
            }
            default -> {
                // a sign of life
            }
        }
        return true;
    }

    private void gone(int rank, Peer peer, String how) {
        if (closed.getCount() > 0) {
            fail(new GroupException("rank %d of %d (%s) is gone: %s".formatted(rank, size(), peer.link.remote(), how)));
        }
    }

    private static VitoException failure(String message, boolean mayPass) {
        return mayPass ? new GroupException(message) : new VitoException(Reason.GROUP, message);
    }

    private void fail(VitoException cause) {
        ProcessGroup running;
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = cause;
            running = processes;
            notifyAll();
        }
        Kind kind = cause instanceof RetriableException ? Kind.FAILED : Kind.ENDED;
        tell(peers.values(), Frame.of(kind, String.valueOf(cause.getMessage())));
        if (running != null) {
            running.abort();
        }
    }

    private void pulse() {
        long quarter = Math.max(1, settings.timeout().toMillis() / 4);
        try {
            while (!closed.await(quarter, TimeUnit.MILLISECONDS)) {
                tell(peers.values(), Frame.of(Kind.PING));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends to whoever can be reached; who cannot is noticed by the thread that listens. */
    private static void tell(Collection<Peer> all, Frame frame) {
        for (Peer peer : all) {
            try {
                peer.link.send(frame);
            } catch (IOException e) {
                peer.link.close();
            }
        }
    }

    private static byte[] pack(List<byte[]> shares) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (byte[] share : shares) {
                out.writeInt(share.length);
                out.write(share);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private List<byte[]> unpack(byte[] packed) {
        List<byte[]> shares = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(packed))) {
            for (int rank = 0; rank < size(); rank++) {
                byte[] share = new byte[in.readInt()];
                in.readFully(share);
                shares.add(share);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shares;
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
