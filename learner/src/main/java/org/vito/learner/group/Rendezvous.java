package org.vito.learner.group;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.learner.group.Frame.Kind;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * How learners meet. The leader listens until every rank has said hello, then tells all where the others compute, and stops
 * listening. A hello is refused for good if it cannot belong to this group: another number of learners, other settings, a
 * rank that is none; a rank that is there already is asked to come back, since its predecessor may only just have died.
 */
final class Rendezvous {
    private static final Logger log = LoggerFactory.getLogger(Rendezvous.class);
    private static final String VERSION = "vito learners 1";
    private static final Duration GLANCE = Duration.ofMillis(200); // between looks whether to stop
    private static final Duration GREETING = Duration.ofSeconds(5);
    private static final int BACKLOG = 512;

    /** What a learner says of itself. */
    private record Hello(String version, int rank, int size, String agreement, String address) {
        byte[] bytes() {
            return written(out -> {
                out.writeUTF(version);
                out.writeInt(rank);
                out.writeInt(size);
                out.writeUTF(agreement);
                out.writeUTF(address);
            });
        }

        static Hello from(byte[] bytes) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            String version = in.readUTF();
            if (!version.equals(VERSION)) {
                throw new IOException("it speaks '" + version + "', expected '" + VERSION + "'");
            }
            return new Hello(version, in.readInt(), in.readInt(), in.readUTF(), in.readUTF());
        }
    }

    private interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    private final GroupSettings settings;
    private final String agreement;
    private final CompletableFuture<Void> stop;
    private final long deadline;

    Rendezvous(GroupSettings settings, String agreement, CompletableFuture<Void> stop) {
        this.settings = settings;
        this.agreement = agreement;
        this.stop = stop;
        deadline = System.nanoTime() + settings.joinWithin().toNanos();
    }

    LearnerGroup meet() {
        if (settings.size() == 1) {
            return new LearnerGroup(settings, List.of(""), Map.of());
        }
        return settings.rank() == 0 ? lead() : follow();
    }

    private LearnerGroup lead() {
        Map<Integer, Link> links = new TreeMap<>();
        Map<Integer, String> addresses = new HashMap<>(Map.of(0, settings.leaderHost() + ":" + freePort()));
        try (ServerSocket server = new ServerSocket()) {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(settings.leaderPort()), BACKLOG);
            server.setSoTimeout(Math.toIntExact(GLANCE.toMillis()));
            log.info("waiting for {} other learners at port {}", settings.size() - 1, settings.leaderPort());
            while (links.size() < settings.size() - 1) {
                checkTime(() ->
                        "ranks %s of %d have not come to %s".formatted(missing(links), settings.size(), leader()));
                receive(server, links, addresses);
            }
            byte[] welcome = written(out -> {
                for (int rank = 0; rank < settings.size(); rank++) {
                    out.writeUTF(addresses.getOrDefault(rank, ""));
                }
            });
            for (Link link : links.values()) {
                link.send(new Frame(Kind.WELCOME, 0, welcome));
            }
            return new LearnerGroup(settings, inOrder(addresses), links);
        } catch (IOException e) {
            links.values().forEach(Link::close);
            throw new GroupException("rank 0 cannot gather the others at " + leader() + ": " + e, e);
        } catch (RuntimeException e) {
            links.values().forEach(Link::close);
            throw e;
        }
    }

    private void receive(ServerSocket server, Map<Integer, Link> links, Map<Integer, String> addresses)
            throws IOException {
        Socket socket;
        try {
            socket = server.accept();
        } catch (SocketTimeoutException e) {
            return;
        }
        Link link = new Link(socket, settings.timeout());
        boolean kept = false;
        try {
            Hello hello = Hello.from(expect(link.readHello(GREETING), Kind.HELLO));
            String objection = objection(hello);
            if (objection != null) {
                log.warn("learner at {} is refused: {}", link.remote(), objection);
                link.send(Frame.of(Kind.REFUSED, objection));
            } else if (links.containsKey(hello.rank())) {
                links.computeIfPresent(hello.rank(), (rank, before) -> alive(before) ? before : null);
                link.send(Frame.of(Kind.BUSY));
            } else {
                log.info("rank {} of {} is there: {}", hello.rank(), settings.size(), hello.address());
                links.put(hello.rank(), link);
                addresses.put(hello.rank(), hello.address());
                kept = true;
            }
        } catch (IOException e) {
            log.warn("{} is no learner of this group: {}", link.remote(), e.toString());
        } finally {
            if (!kept) {
                link.close();
            }
        }
    }

    private static boolean alive(Link link) {
        try {
            link.send(Frame.of(Kind.PING));
            return true;
        } catch (IOException e) {
            link.close();
            return false;
        }
    }

    private @Nullable String objection(Hello hello) {
        if (hello.size() != settings.size()) {
            return "it is one of %d learners, the leader of %d".formatted(hello.size(), settings.size());
        }
        if (hello.rank() < 1 || hello.rank() >= settings.size()) {
            return "its rank is %d, expected one from 1 to %d".formatted(hello.rank(), settings.size() - 1);
        }
        return hello.agreement().equals(agreement)
                ? null
                : "it has other settings than the leader: '%s' but the leader '%s'"
                        .formatted(hello.agreement(), agreement);
    }

    private LearnerGroup follow() {
        log.info("rank {} of {} looks for its leader at {}", settings.rank(), settings.size(), leader());
        String last = "nobody answers";
        while (true) {
            String why = last;
            checkTime(() -> "rank %d cannot join the group of %s: %s".formatted(settings.rank(), leader(), why));
            try {
                Socket socket = new Socket();
                try {
                    socket.connect(
                            new InetSocketAddress(settings.leaderHost(), settings.leaderPort()),
                            Math.toIntExact(settings.timeout().toMillis()));
                    return greet(new Link(socket, settings.timeout()));
                } catch (IOException | RuntimeException e) {
                    socket.close();
                    throw e;
                }
            } catch (IOException e) {
                last = e.toString();
            }
            rest();
        }
    }

    private LearnerGroup greet(Link link) throws IOException {
        String host = settings.address().isEmpty() ? link.localHost() : settings.address();
        Hello hello = new Hello(VERSION, settings.rank(), settings.size(), agreement, host + ":" + freePort());
        link.send(new Frame(Kind.HELLO, 0, hello.bytes()));
        while (!link.arrives(GLANCE)) {
            checkTime(() -> "not all others have come to " + leader());
        }
        Frame answer = link.read();
        switch (answer.kind()) {
            case REFUSED ->
                throw new VitoException(
                        Reason.BAD_SETTING,
                        "rank %d is refused by its leader at %s: %s"
                                .formatted(settings.rank(), leader(), answer.text()));
            case BUSY -> throw new IOException("another learner of rank " + settings.rank() + " is there");
            default -> {
                return new LearnerGroup(settings, addresses(expect(answer, Kind.WELCOME)), Map.of(0, link));
            }
        }
    }

    private List<String> addresses(byte[] welcome) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(welcome));
        List<String> addresses = new ArrayList<>();
        for (int rank = 0; rank < settings.size(); rank++) {
            addresses.add(in.readUTF());
        }
        return addresses;
    }

    private List<String> inOrder(Map<Integer, String> addresses) {
        return IntStream.range(0, settings.size())
                .mapToObj(rank -> addresses.getOrDefault(rank, ""))
                .toList();
    }

    private List<Integer> missing(Map<Integer, Link> links) {
        return IntStream.range(1, settings.size())
                .filter(rank -> !links.containsKey(rank))
                .boxed()
                .toList();
    }

    private String leader() {
        return settings.leaderHost() + ":" + settings.leaderPort();
    }

    private void checkTime(Supplier<String> late) {
        if (stop.isDone()) {
            throw new CancellationException("stopped while learners met");
        }
        if (System.nanoTime() > deadline) {
            throw new GroupException(late.get() + " within " + settings.joinWithin());
        }
    }

    private void rest() {
        try {
            stop.get(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // it is to go on
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while learners met");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] expect(Frame frame, Kind kind) throws IOException {
        if (frame.kind() != kind) {
            throw new IOException("it says " + frame.kind() + ", expected " + kind);
        }
        return frame.body();
    }

    /** A port that is free now. Somebody may take it before it is used; then this group fails and the next asks again. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new GroupException("no port is free: " + e, e);
        }
    }

    private static byte[] written(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writer.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
