package org.vito.learner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vito.augment.ClipBatch.Example;
import org.vito.learner.TestClips;
import org.vito.learner.data.OrderSettings.Drained;
import org.vito.learner.data.OrderSettings.Mode;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;

class ClipOrderTest {
    private final Heard heard = new Heard();

    /** {@code clips} clips of {@code videos} videos over 3 partitions, with gaps and, if wanted, damaged records. */
    private static MemoryClipSource.Topic topic(int clips, int videos, boolean damaged) {
        MemoryClipSource.Topic topic = new MemoryClipSource.Topic(3);
        CounterRandom random = CounterRandom.of(7, "topic", clips, videos);
        for (int i = 0; i < clips; i++) {
            int partition = random.nextInt(3);
            topic.add(partition, TestClips.clip("v" + i % videos, i));
            if (random.nextBoolean(0.3)) {
                topic.gap(partition);
            }
            if (damaged && i % 10 == 9) {
                topic.add(partition, new byte[] {(byte) 0xff, 1});
            }
        }
        topic.gap(0); // the last thing in a partition may be a marker
        return topic;
    }

    private static OrderSettings settings(Mode mode, int clips, int passes, int capacity) {
        return new OrderSettings(
                5,
                clips,
                mode,
                passes,
                1,
                0,
                Drained.WAIT,
                capacity,
                1L << 30,
                Duration.ofMillis(1),
                Duration.ofMillis(4),
                Duration.ZERO);
    }

    private ClipOrder order(MemoryClipSource.Topic topic, OrderSettings settings, DataState state) {
        return order(new MemoryClipSource(topic), settings, state);
    }

    private ClipOrder order(MemoryClipSource source, OrderSettings settings, DataState state) {
        return new ClipOrder(source, source, settings, EpochDecisions.UNRECORDED, state, heard);
    }

    private static List<ComposedBatch> drain(ClipOrder order, int most) {
        List<ComposedBatch> batches = new ArrayList<>();
        for (ComposedBatch batch = order.next(); batch != null; batch = batches.size() < most ? order.next() : null) {
            batches.add(batch);
        }
        return batches;
    }

    private static List<String> names(List<ComposedBatch> batches) {
        return batches.stream()
                .flatMap(b -> b.batch().examples().stream()
                        .map(e -> b.batch().number() + ":" + e.clip().getClipId() + "#" + e.epoch() + "@"
                                + e.partition() + "/" + e.offset()))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"100,25,8,3,16", "97,10,8,4,1000", "64,64,16,2,1", "30,1,7,7,5"})
    void everyClipIsDrawnOnceAnEpoch(int clips, int videos, int batch, int passes, int capacity) {
        ClipOrder order = order(
                topic(clips, videos, false), settings(Mode.EPOCHS, batch, passes, capacity), DataState.beginning());
        List<ComposedBatch> batches = drain(order, Integer.MAX_VALUE);
        assertThat(batches).hasSize(clips * passes / batch);
        Map<Long, List<String>> byEpoch = batches.stream()
                .flatMap(b -> b.batch().examples().stream())
                .collect(Collectors.groupingBy(
                        Example::epoch, Collectors.mapping(e -> e.clip().getClipId(), Collectors.toList())));
        for (long epoch = 1; epoch <= passes; epoch++) {
            List<String> drawn = byEpoch.getOrDefault(epoch, List.of());
            assertThat(drawn).doesNotHaveDuplicates();
            assertThat(drawn).hasSizeGreaterThan(epoch < passes ? clips - 1 : clips - batch);
        }
        assertThat(heard.epochs).hasSize(passes);
    }

    @Test
    void epochsAreShuffledAndDiffer() {
        List<ComposedBatch> batches =
                drain(order(topic(200, 200, false), settings(Mode.EPOCHS, 20, 2, 100), DataState.beginning()), 99);
        List<Integer> order = batches.stream()
                .flatMap(b -> b.batch().examples().stream())
                .map(e -> (int) e.clip().getStartUs())
                .toList();
        List<Integer> first = order.subList(0, 200);
        List<Integer> second = order.subList(200, 400);
        assertThat(first).isNotEqualTo(second);
        long ascents = 0;
        for (int i = 1; i < first.size(); i++) {
            ascents += first.get(i) > first.get(i - 1) ? 1 : 0;
        }
        assertThat(ascents).isBetween(75L, 130L); // 199 in reading order of one partition, about half of that shuffled
    }

    @Test
    void theSameSeedAndTopicGiveTheSameBatches() {
        OrderSettings settings = settings(Mode.EPOCHS, 8, 3, 16);
        List<String> once = names(drain(order(topic(90, 20, true), settings, DataState.beginning()), 99));
        List<String> again = names(drain(order(topic(90, 20, true), settings, DataState.beginning()), 99));
        assertThat(again).isEqualTo(once);
        OrderSettings other = new OrderSettings(
                6,
                8,
                Mode.EPOCHS,
                3,
                1,
                0,
                Drained.WAIT,
                16,
                1L << 30,
                Duration.ofMillis(1),
                Duration.ofMillis(4),
                Duration.ZERO);
        assertThat(names(drain(order(topic(90, 20, true), other, DataState.beginning()), 99)))
                .isNotEqualTo(once);
    }

    @ParameterizedTest
    @CsvSource({"EPOCHS,16", "EPOCHS,1000", "REPLAY,16", "REPLAY,7"})
    void everyBatchCanBeContinuedFrom(Mode mode, int capacity) {
        MemoryClipSource.Topic topic = topic(61, 13, true);
        OrderSettings settings = settings(mode, 8, 4, capacity);
        List<ComposedBatch> all = drain(order(topic, settings, DataState.beginning()), 30);
        for (int i = 0; i < all.size(); i++) {
            DataState state = DataState.fromJson(all.get(i).after().toJson());
            assertThat(state).isEqualTo(all.get(i).after());
            List<ComposedBatch> rest = drain(order(topic, settings, state), all.size() - i - 1);
            List<ComposedBatch> expected = all.subList(i + 1, all.size());
            if (expected.isEmpty()) {
                continue;
            }
            assertThat(names(rest)).as("after batch %d", i).isEqualTo(names(expected));
            assertThat(rest.get(rest.size() - 1).after())
                    .isEqualTo(expected.get(expected.size() - 1).after());
        }
    }

    @Test
    void videosDoNotMeetInABatchWhileOthersAreAtHand() {
        MemoryClipSource.Topic topic = topic(400, 40, false);
        for (ComposedBatch batch : drain(order(topic, settings(Mode.REPLAY, 16, 1, 200), DataState.beginning()), 20)) {
            List<String> videos = batch.batch().examples().stream()
                    .map(e -> e.clip().getVideoId())
                    .toList();
            assertThat(new HashSet<>(videos))
                    .as("batch %d", batch.batch().number())
                    .hasSize(16);
        }
    }

    @Test
    void eachVideoComesTwiceBeforeOneComesThreeTimes() {
        MemoryClipSource.Topic few = topic(300, 5, false);
        for (ComposedBatch batch : drain(order(few, settings(Mode.REPLAY, 8, 1, 300), DataState.beginning()), 60)) {
            Map<String, Long> counts = batch.batch().examples().stream()
                    .collect(Collectors.groupingBy(e -> e.clip().getVideoId(), Collectors.counting()));
            assertThat(counts).hasSize(5);
            assertThat(counts.values()).containsOnly(1L, 2L);
        }
    }

    @Test
    void damagedRecordsAreLeftOutAndTold() {
        MemoryClipSource.Topic topic = topic(40, 40, true);
        topic.add(1, Clip.newBuilder().setClipId("empty").setVideoId("v").build());
        List<ComposedBatch> batches =
                drain(order(topic, settings(Mode.EPOCHS, 4, 1, 8), DataState.beginning()), Integer.MAX_VALUE);
        assertThat(batches).hasSize(10);
        assertThat(heard.refused).hasSize(5).extracting(Heard.Refused::reason).contains(Reason.DAMAGED_CLIP);
        assertThat(heard.refused)
                .filteredOn(r -> r.reason() == Reason.DAMAGED_RECORD)
                .hasSize(4);
    }

    @Test
    void aReplayedEpochHoldsWhatWasThereAtItsBeginning() {
        MemoryClipSource.Topic topic = topic(20, 20, false);
        ClipOrder order = order(topic, settings(Mode.REPLAY, 5, 1, 8), DataState.beginning());
        order.next();
        for (int i = 20; i < 25; i++) {
            topic.add(0, TestClips.clip("late" + i, i));
        }
        List<ComposedBatch> rest = drain(order, 3 + 5);
        assertThat(names(rest.subList(0, 3))).noneMatch(n -> n.contains("late"));
        assertThat(names(rest.subList(3, 8)))
                .filteredOn(n -> n.contains("late"))
                .hasSize(5);
    }

    @Test
    void followingTakesOnlyWhatIsNewAndWaitsForABatch() {
        MemoryClipSource.Topic topic = topic(20, 20, false);
        AtomicInteger looks = new AtomicInteger();
        MemoryClipSource source = new MemoryClipSource(topic).beforeExtent(() -> {
            int look = looks.incrementAndGet();
            if (look > 1 && look <= 11) {
                topic.add(look % 3, TestClips.clip("new", 100 + look));
            }
        });
        OrderSettings settings = new OrderSettings(
                5,
                10,
                Mode.FOLLOW,
                1,
                10,
                0,
                Drained.WAIT,
                50,
                1L << 30,
                Duration.ofMillis(1),
                Duration.ofMillis(4),
                Duration.ZERO);
        ClipOrder order = order(source, settings, DataState.beginning());
        List<ComposedBatch> batches = drain(order, 3);
        assertThat(names(batches)).doesNotHaveDuplicates();
        assertThat(batches.get(2).batch().examples())
                .allMatch(e -> e.epoch() == 2 && e.clip().getVideoId().equals("new"));
        assertThat(heard.waits).startsWith("2/10", "3/10").endsWith("9/10");
        ClipOrder continued = order(topic, settings, batches.get(0).after());
        assertThat(names(drain(continued, 2))).isEqualTo(names(batches.subList(1, 3)));
    }

    @Test
    void anEpochWaitsForItsMinimumAndStopsWaitingWhenAsked() throws Exception {
        MemoryClipSource.Topic topic = topic(3, 3, false);
        OrderSettings settings = new OrderSettings(
                5,
                2,
                Mode.REPLAY,
                1,
                4,
                0,
                Drained.WAIT,
                50,
                1L << 30,
                Duration.ofMillis(1),
                Duration.ofMinutes(1),
                Duration.ZERO);
        ClipOrder order = order(topic, settings, DataState.beginning());
        CompletableFuture<?> next = CompletableFuture.runAsync(order::next);
        order.stop();
        assertThatThrownBy(() -> next.get(120, TimeUnit.SECONDS)).hasCauseInstanceOf(ClipSource.Stopped.class);
    }

    @Test
    void theBufferIsBoundedByBytesToo() {
        MemoryClipSource.Topic topic = topic(50, 50, false);
        int size = TestClips.clip("v10", 10).getSerializedSize();
        OrderSettings settings = new OrderSettings(
                5,
                4,
                Mode.REPLAY,
                1,
                1,
                0,
                Drained.WAIT,
                1000,
                10L * size,
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                Duration.ZERO);
        ComposedBatch batch =
                drain(order(topic, settings, DataState.beginning()), 1).get(0);
        assertThat(batch.after().buffer()).hasSizeBetween(9, 11);
    }

    @Test
    void aTopicThatLostItsEndIsRefused() {
        DataState state = drain(order(topic(40, 40, false), settings(Mode.REPLAY, 4, 1, 8), DataState.beginning()), 5)
                .get(4)
                .after();
        assertThatThrownBy(() -> order(topic(10, 10, false), settings(Mode.REPLAY, 4, 1, 8), state))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("the topic is not the one");
    }

    @Test
    void damagedStateIsRefused() {
        assertThatThrownBy(
                        () -> DataState.fromJson("{\"format\": 1}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isInstanceOf(VitoException.class)
                .extracting(e -> ((VitoException) e).reason())
                .isEqualTo(Reason.DAMAGED_CHECKPOINT);
    }
}
