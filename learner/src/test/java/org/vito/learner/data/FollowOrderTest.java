package org.vito.learner.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vito.augment.ClipBatch.Example;
import org.vito.learner.TestClips;
import org.vito.learner.data.OrderSettings.Drained;
import org.vito.learner.data.OrderSettings.Mode;

/** Following a topic that grows, older clips being replayed. */
class FollowOrderTest {
    private static final int CLIPS = 5;

    private final MemoryClipSource.Topic topic = new MemoryClipSource.Topic(3);
    private final List<MemoryClipSource> sources = new ArrayList<>();
    private int written;

    private static OrderSettings settings(double ratio, Drained drained) {
        return new OrderSettings(
                5,
                CLIPS,
                Mode.FOLLOW,
                1,
                10,
                ratio,
                drained,
                20,
                1L << 30,
                Duration.ofMillis(1),
                Duration.ofMillis(4),
                Duration.ZERO);
    }

    private void write(int count) {
        for (int i = 0; i < count; i++) {
            topic.add(written % 3, TestClips.clip("v" + written, written));
            if (written++ % 4 == 0) {
                topic.gap(written % 3);
            }
        }
    }

    private ClipOrder order(OrderSettings settings, DataState state) {
        return order(settings, state, new Heard());
    }

    private ClipOrder order(OrderSettings settings, DataState state, Heard heard) {
        MemoryClipSource source = new MemoryClipSource(topic);
        sources.add(source);
        return new ClipOrder(source, new MemoryClipSource(topic), settings, EpochDecisions.UNRECORDED, state, heard);
    }

    private static List<ComposedBatch> take(ClipOrder order, int count) {
        List<ComposedBatch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(order.next());
        }
        return batches;
    }

    private static List<String> names(List<ComposedBatch> batches) {
        return batches.stream()
                .flatMap(b -> b.batch().examples().stream())
                .map(e -> e.clip().getClipId() + "#" + e.epoch())
                .toList();
    }

    /** By epoch, the numbers of the clips. */
    private static Map<Long, List<Long>> byEpoch(List<ComposedBatch> batches) {
        return batches.stream()
                .flatMap(b -> b.batch().examples().stream())
                .collect(Collectors.groupingBy(
                        Example::epoch,
                        TreeMap::new,
                        Collectors.mapping(e -> e.clip().getStartUs(), Collectors.toList())));
    }

    @ParameterizedTest
    @CsvSource({"0, 20", "0.5, 30", "1, 40", "2, 60", "3, 80", "50, 120"})
    void eachNewClipBringsItsShareOfOldOnes(double ratio, int expected) {
        write(100);
        ClipOrder order = order(settings(ratio, Drained.WAIT), DataState.beginning());
        List<ComposedBatch> first = take(order, 20);
        assertThat(byEpoch(first)).containsOnlyKeys(1L);
        write(20);
        List<ComposedBatch> second = take(order, expected / CLIPS);
        List<Long> clips = byEpoch(second).getOrDefault(2L, List.of());
        assertThat(clips).hasSize(expected).doesNotHaveDuplicates();
        assertThat(clips).filteredOn(c -> c >= 100).hasSize(20);
        assertThat(second.get(second.size() - 1).after().buffer()).isEmpty();
    }

    @Test
    void replayGoesThroughEverythingBeforeItBeginsAnew() {
        write(60);
        ClipOrder order = order(settings(1, Drained.WAIT), DataState.beginning());
        take(order, 12);
        List<Long> replayed = new ArrayList<>();
        for (int epoch = 2; epoch <= 9; epoch++) {
            int before = written;
            write(10);
            List<ComposedBatch> batches = take(order, 4);
            List<Long> clips = byEpoch(batches).getOrDefault((long) epoch, List.of());
            assertThat(clips).hasSize(20).doesNotHaveDuplicates();
            replayed.addAll(clips.stream().filter(c -> c < before).toList());
        }
        assertThat(replayed).hasSize(80);
        assertThat(new HashSet<>(replayed.subList(0, 60)))
                .as("nothing again before all the rest")
                .hasSize(60);
    }

    @Test
    void everyBatchCanBeContinuedFrom() {
        write(50);
        OrderSettings settings = settings(1.5, Drained.WAIT);
        ClipOrder order = order(settings, DataState.beginning());
        List<ComposedBatch> all = new ArrayList<>(take(order, 10));
        for (int epoch = 0; epoch < 3; epoch++) {
            write(20);
            List<ComposedBatch> batches = take(order, 10);
            for (int i = 0; i < 9; i++) {
                DataState state = DataState.fromJson(batches.get(i).after().toJson());
                assertThat(state).isEqualTo(batches.get(i).after());
                assertThat(names(take(order(settings, state), 9 - i)))
                        .as("epoch %d, after batch %d", epoch, i)
                        .isEqualTo(names(batches.subList(i + 1, 10)));
            }
            all.addAll(batches);
        }
        byEpoch(all).values().forEach(clips -> assertThat(clips).doesNotHaveDuplicates());
    }

    @Test
    void drainedItReplaysWhereItMayAndLooksForNewClipsInBetween() {
        write(40);
        ClipOrder order = order(settings(0, Drained.REPLAY), DataState.beginning());
        List<ComposedBatch> batches = take(order, 8 + 4 + 4);
        assertThat(byEpoch(batches)).containsOnlyKeys(1L, 2L, 3L);
        assertThat(byEpoch(batches).get(2L)).hasSize(20).doesNotHaveDuplicates();
        assertThat(byEpoch(batches).get(3L))
                .hasSize(20)
                .doesNotContainAnyElementsOf(byEpoch(batches).get(2L));
        write(10);
        assertThat(byEpoch(take(order, 2)).get(4L))
                .containsExactlyInAnyOrder(40L, 41L, 42L, 43L, 44L, 45L, 46L, 47L, 48L, 49L);
        assertThat(byEpoch(take(order, 4)).get(5L)).hasSize(20).allMatch(c -> c < 50);
    }

    @Test
    void drainedItWaitsWhereItMustNotReplay() throws Exception {
        write(40);
        Heard heard = new Heard();
        ClipOrder order = order(settings(1, Drained.WAIT), DataState.beginning(), heard);
        take(order, 8);
        CountDownLatch waited = new CountDownLatch(3);
        sources.get(0).beforeExtent(waited::countDown);
        CompletableFuture<ComposedBatch> next = CompletableFuture.supplyAsync(order::next);
        assertThat(waited.await(120, TimeUnit.SECONDS)).isTrue();
        assertThat(next).isNotDone();
        assertThat(heard.waits).contains("0/10");
        order.stop();
        assertThat(next)
                .failsWithin(Duration.ofMinutes(2))
                .withThrowableThat()
                .withCauseInstanceOf(ClipSource.Stopped.class);
    }

    @Test
    void nothingToReplayMeansWaiting() throws Exception {
        write(40);
        topic.gap(0);
        ClipOrder order = order(settings(0, Drained.REPLAY), DataState.beginning());
        take(order, 8);
        topic.forget();
        CountDownLatch waited = new CountDownLatch(4);
        sources.get(0).beforeExtent(waited::countDown);
        CompletableFuture<ComposedBatch> next = CompletableFuture.supplyAsync(order::next);
        assertThat(waited.await(120, TimeUnit.SECONDS)).isTrue();
        assertThat(next).isNotDone();
        order.stop();
        assertThat(next).failsWithin(Duration.ofMinutes(2));
    }
}
