package org.vito.learner.group;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vito.learner.group.LearnerGroup.Channel;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/** Learners that meet and talk over real connections, here all in one process. */
class LearnerGroupTest {
    private static final int SIZE = 3;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<LearnerGroup> joined = new ArrayList<>();
    private int port;

    @BeforeEach
    void choosePort() throws IOException {
        String address = ChildJvm.freeAddresses(1).get(0);
        port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    }

    @AfterEach
    void end() {
        joined.forEach(LearnerGroup::close);
        threads.shutdownNow();
    }

    private GroupSettings settings(int rank, int size, Duration joinWithin) {
        return new GroupSettings(rank, size, "127.0.0.1", port, "", Duration.ofSeconds(20), joinWithin);
    }

    private Future<LearnerGroup> join(int rank, int size, String agreement, CompletableFuture<Void> stop) {
        return threads.submit(() -> LearnerGroup.join(settings(rank, size, Duration.ofMinutes(1)), agreement, stop));
    }

    private static <T> T get(Future<T> future) throws Exception {
        try {
            return future.get(180, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    /** All learners, by rank; the members look for their leader before there is one. */
    private List<LearnerGroup> all() throws Exception {
        List<Future<LearnerGroup>> joining = new ArrayList<>();
        for (int rank = SIZE - 1; rank >= 0; rank--) {
            joining.add(0, join(rank, SIZE, "run 1", new CompletableFuture<>()));
        }
        List<LearnerGroup> groups = new ArrayList<>();
        for (Future<LearnerGroup> one : joining) {
            groups.add(get(one));
        }
        joined.addAll(groups);
        return groups;
    }

    private Future<List<byte[]>> give(LearnerGroup group, Channel channel, String share) {
        return threads.submit(() -> group.exchange(channel, share.getBytes(UTF_8)));
    }

    private static List<String> texts(Future<List<byte[]>> shares) throws Exception {
        return get(shares).stream().map(bytes -> new String(bytes, UTF_8)).toList();
    }

    @Test
    void sharesOfAllReachAllByRankOnEachChannel() throws Exception {
        List<LearnerGroup> groups = all();
        for (int round = 0; round < 50; round++) {
            int r = round;
            List<Future<List<byte[]>>> steps = groups.stream()
                    .map(g -> give(g, Channel.STEPS, r + "s" + g.rank()))
                    .toList();
            List<Future<List<byte[]>>> data = groups.stream()
                    .map(g -> give(g, Channel.DATA, r + "d" + g.rank()))
                    .toList();
            for (int rank = 0; rank < SIZE; rank++) {
                assertThat(texts(steps.get(rank))).containsExactly(r + "s0", r + "s1", r + "s2");
                assertThat(texts(data.get(rank))).containsExactly(r + "d0", r + "d1", r + "d2");
            }
        }
        assertThat(groups).extracting(LearnerGroup::leads).containsExactly(true, false, false);
    }

    @Test
    void oneThatFailsEndsItForAllWithItsReason() throws Exception {
        List<LearnerGroup> groups = all();
        Future<List<byte[]>> leader = give(groups.get(0), Channel.STEPS, "x");
        Future<List<byte[]>> member = give(groups.get(2), Channel.STEPS, "x");
        groups.get(1).fail(new RetriableException(Reason.KAFKA, "no record in 2 minutes"));
        for (Future<List<byte[]>> waiting : List.of(leader, member)) {
            assertThatThrownBy(() -> get(waiting))
                    .isInstanceOf(GroupException.class)
                    .hasMessage("rank 1 failed: no record in 2 minutes");
        }
    }

    @Test
    void whatWillNotPassEndsItForGood() throws Exception {
        List<LearnerGroup> groups = all();
        Future<List<byte[]>> member = give(groups.get(2), Channel.STEPS, "x");
        groups.get(0).fail(new VitoException(Reason.NOT_FINITE, "step 7 has loss NaN"));
        assertThatThrownBy(() -> get(member))
                .isExactlyInstanceOf(VitoException.class)
                .hasMessage("rank 0 failed: step 7 has loss NaN");
    }

    @Test
    void oneThatIsGoneIsNamed() throws Exception {
        List<LearnerGroup> groups = all();
        Future<List<byte[]>> leader = give(groups.get(0), Channel.DATA, "x");
        Future<List<byte[]>> member = give(groups.get(1), Channel.STEPS, "x");
        groups.get(2).cut();
        for (Future<List<byte[]>> waiting : List.of(leader, member)) {
            assertThatThrownBy(() -> get(waiting))
                    .isInstanceOf(GroupException.class)
                    .hasMessageStartingWith("rank 2 of 3 (127.0.0.1:");
        }
        assertThat(groups.get(0).failure()).hasMessageContaining("is gone");
    }

    @Test
    void aStopReachesAll() throws Exception {
        List<LearnerGroup> groups = all();
        groups.get(1).stopAll();
        for (LearnerGroup group : groups) {
            get(group.stop());
        }
    }

    @Test
    void anEndedChannelWaitsNoMore() throws Exception {
        List<LearnerGroup> groups = all();
        Future<List<byte[]>> waiting = give(groups.get(0), Channel.DATA, "x");
        groups.get(0).end(Channel.DATA);
        assertThatThrownBy(() -> get(waiting)).isInstanceOf(CancellationException.class);
    }

    @Test
    void whoDoesNotComeIsNamed() {
        assertThatThrownBy(() -> LearnerGroup.join(
                        settings(0, SIZE, Duration.ofMillis(300)), "run 1", new CompletableFuture<>()))
                .isInstanceOf(GroupException.class)
                .hasMessage("ranks [1, 2] of 3 have not come to 127.0.0.1:%d within PT0.3S".formatted(port));
        assertThatThrownBy(() -> LearnerGroup.join(
                        settings(1, SIZE, Duration.ofMillis(300)), "run 1", new CompletableFuture<>()))
                .isInstanceOf(GroupException.class)
                .hasMessageContaining("rank 1 cannot join the group of 127.0.0.1:" + port);
    }

    @Test
    void othersAreRefusedAndStrangersIgnored() throws Exception {
        Future<LearnerGroup> leader = join(0, 2, "run 1", new CompletableFuture<>());
        assertThatThrownBy(() -> get(join(1, 2, "run 2", new CompletableFuture<>())))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_SETTING))
                .hasMessageContaining("it has other settings than the leader: 'run 2' but the leader 'run 1'");
        assertThatThrownBy(() -> get(join(1, SIZE, "run 1", new CompletableFuture<>())))
                .hasMessageContaining("it is one of 3 learners, the leader of 2");
        try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), port)) {
            stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));
        }
        joined.add(get(join(1, 2, "run 1", new CompletableFuture<>())));
        joined.add(get(leader));
    }

    @Test
    void waitingForOthersCanBeStopped() {
        CompletableFuture<Void> stop = new CompletableFuture<>();
        Future<LearnerGroup> leader = join(0, SIZE, "run 1", stop);
        Future<LearnerGroup> member = join(1, SIZE, "run 1", stop);
        stop.complete(null);
        assertThatThrownBy(() -> get(leader)).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> get(member)).isInstanceOf(CancellationException.class);
    }

    @Test
    void aloneEverythingIsAtHand() {
        LearnerGroup alone = LearnerGroup.join(settings(0, 1, Duration.ZERO), "run 1", new CompletableFuture<>());
        joined.add(alone);
        assertThat(alone.leads()).isTrue();
        assertThat(alone.exchange(Channel.STEPS, new byte[] {7})).containsExactly(new byte[] {7});
        alone.stopAll();
        assertThat(alone.stop()).isCompleted();
    }
}
