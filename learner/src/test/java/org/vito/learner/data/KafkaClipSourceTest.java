package org.vito.learner.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vito.augment.ClipBatch.Example;
import org.vito.learner.TestBroker;
import org.vito.learner.TestClips;
import org.vito.learner.data.OrderSettings.Drained;
import org.vito.learner.data.OrderSettings.Mode;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topics;

/** The order of clips on a real broker: transaction markers, aborted records, a topic that grows. */
class KafkaClipSourceTest {
    private static final int PARTITIONS = 3; // of the topic's; the others stay empty

    private final Heard heard = new Heard();
    private KafkaAccess kafka;

    @BeforeEach
    void emptyTopic() throws Exception {
        kafka = TestBroker.withoutClips();
    }

    private ClipOrder order(OrderSettings settings, DataState state) {
        return new ClipOrder(source("test"), source("test-history"), settings, EpochDecisions.UNRECORDED, state, heard);
    }

    private KafkaClipSource source(String clientId) {
        return new KafkaClipSource(kafka, clientId, Duration.ofSeconds(30), InstantSource.system());
    }

    private static OrderSettings settings(Mode mode, int clips, int passes, int minimum) {
        return settings(mode, clips, passes, minimum, 0);
    }

    private static OrderSettings settings(Mode mode, int clips, int passes, int minimum, double replayRatio) {
        return new OrderSettings(
                3,
                clips,
                mode,
                passes,
                minimum,
                replayRatio,
                Drained.WAIT,
                24,
                1L << 30,
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                Duration.ofSeconds(30));
    }

    /** Writes clips {@code from} … {@code to - 1} in transactions of five, with an aborted one after each. */
    private static Set<String> write(KafkaProducer<String, byte[]> producer, int from, int to) {
        Set<String> committed = new HashSet<>();
        for (int i = from; i < to; i += 5) {
            producer.beginTransaction();
            for (int j = i; j < Math.min(to, i + 5); j++) {
                committed.add(send(producer, j, "v" + j));
            }
            producer.commitTransaction();
            producer.beginTransaction();
            for (int j = 0; j < 4; j++) {
                send(producer, j, "aborted");
            }
            producer.flush();
            producer.abortTransaction();
        }
        return committed;
    }

    private static String send(KafkaProducer<String, byte[]> producer, int index, String video) {
        var clip = TestClips.clip(video, index);
        TestBroker.send(
                producer,
                new ProducerRecord<>(Topics.CLIPS.name(), index % PARTITIONS, clip.getClipId(), clip.toByteArray()));
        return clip.getClipId();
    }

    private static List<String> names(List<ComposedBatch> batches) {
        return batches.stream()
                .flatMap(b -> b.batch().examples().stream())
                .map(KafkaClipSourceTest::name)
                .toList();
    }

    private static String name(Example e) {
        return e.clip().getClipId() + "#" + e.epoch() + " " + e.partition() + "@" + e.offset();
    }

    @Test
    void markersAndAbortedRecordsAreNoClipsAndEveryBatchCanBeContinuedFrom() {
        try (KafkaProducer<String, byte[]> producer = TestBroker.producer("markers")) {
            Set<String> written = write(producer, 0, 83);
            OrderSettings settings = settings(Mode.EPOCHS, 10, 2, 1);
            List<ComposedBatch> batches = new ArrayList<>();
            try (ClipOrder order = order(settings, DataState.beginning())) {
                for (ComposedBatch b = order.next(); b != null; b = order.next()) {
                    batches.add(b);
                }
            }
            List<String> first = batches.stream()
                    .flatMap(b -> b.batch().examples().stream())
                    .filter(e -> e.epoch() == 1)
                    .map(e -> e.clip().getClipId())
                    .toList();
            assertThat(first).containsExactlyInAnyOrderElementsOf(written);
            assertThat(batches).hasSize(16);
            for (int after : List.of(0, 3, 7, 8, 14)) {
                List<ComposedBatch> rest = new ArrayList<>();
                try (ClipOrder order = order(settings, batches.get(after).after())) {
                    for (ComposedBatch b = order.next(); b != null; b = order.next()) {
                        rest.add(b);
                    }
                }
                assertThat(names(rest)).as("after %d", after).isEqualTo(names(batches.subList(after + 1, 16)));
            }
        }
    }

    @Test
    void followingWaitsForClipsThatCome() throws Exception {
        try (KafkaProducer<String, byte[]> producer = TestBroker.producer("follow");
                ClipOrder order = order(settings(Mode.FOLLOW, 10, 1, 10), DataState.beginning())) {
            Set<String> written = write(producer, 0, 20);
            List<ComposedBatch> batches = new ArrayList<>(List.of(order.next(), order.next()));
            CompletableFuture<ComposedBatch> third = CompletableFuture.supplyAsync(order::next);
            written.addAll(write(producer, 20, 26));
            assertThat(third).isNotDone();
            written.addAll(write(producer, 26, 30));
            batches.add(third.get(120, TimeUnit.SECONDS));
            assertThat(batches.stream()
                            .flatMap(b -> b.batch().examples().stream())
                            .map(e -> e.clip().getClipId()))
                    .containsExactlyInAnyOrderElementsOf(written);
            assertThat(heard.waits).isNotEmpty();
        }
    }

    @Test
    void olderClipsAreReplayedBesideNewOnesAndEveryBatchCanBeContinuedFrom() {
        OrderSettings settings = settings(Mode.FOLLOW, 10, 1, 10, 1);
        try (KafkaProducer<String, byte[]> producer = TestBroker.producer("replay");
                ClipOrder order = order(settings, DataState.beginning())) {
            Set<String> old = write(producer, 0, 60);
            List<ComposedBatch> batches = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                batches.add(order.next());
            }
            Set<String> fresh = write(producer, 60, 80);
            for (int i = 0; i < 4; i++) {
                batches.add(order.next());
            }
            List<String> second = batches.subList(6, 10).stream()
                    .flatMap(b -> b.batch().examples().stream())
                    .map(e -> e.clip().getClipId())
                    .toList();
            assertThat(second).doesNotHaveDuplicates().containsAll(fresh);
            assertThat(second).filteredOn(old::contains).hasSize(20);
            for (int after : List.of(6, 8)) {
                List<ComposedBatch> rest = new ArrayList<>();
                try (ClipOrder continued = order(settings, batches.get(after).after())) {
                    for (int i = after + 1; i < 10; i++) {
                        rest.add(continued.next());
                    }
                }
                assertThat(names(rest)).as("after %d", after).isEqualTo(names(batches.subList(after + 1, 10)));
            }
        }
    }
}
