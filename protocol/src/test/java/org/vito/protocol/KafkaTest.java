package org.vito.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.SourceReport;
import org.vito.protocol.v1.StageReport;

/** What protocol does with a real Kafka. */
class KafkaTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private static Path directory;

    private static TestKafka kafka;

    @BeforeAll
    static void start() throws IOException {
        kafka = TestKafka.start(directory);
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @AfterEach
    void removeTopics() throws Exception {
        try (Admin admin = kafka.access().admin()) {
            Set<String> names = admin.listTopics().names().get();
            admin.deleteTopics(names).all().get();
            long limit = System.nanoTime() + PATIENCE.toNanos();
            while (!admin.listTopics().names().get().isEmpty()) {
                assertThat(System.nanoTime()).as("topics are gone in time").isLessThan(limit);
            }
        }
    }

    @Test
    void missingTopicsAreMadeWithOurSettingsAndPresentOnesLeftAlone() throws Exception {
        assertThat(TopicSetup.ensure(kafka.access(), (short) -1)).isEmpty();
        assertThat(TopicSetup.ensure(kafka.access(), (short) -1)).isEmpty();
        try (Admin admin = kafka.access().admin()) {
            var described = admin.describeTopics(
                            Topics.all().stream().map(Topic::name).toList())
                    .allTopicNames()
                    .get();
            assertThat(described.values().stream()
                            .collect(Collectors.toMap(TopicDescription::name, topic -> topic.partitions()
                                    .size())))
                    .isEqualTo(Topics.all().stream().collect(Collectors.toMap(Topic::name, Topic::partitions)));
        }
    }

    @Test
    void aTopicThatForgetsWhatItShouldKeepIsRefused() throws Exception {
        create("vito.videos.stored", 4, Map.of("cleanup.policy", "delete"));
        assertThatExceptionOfType(VitoException.class)
                .isThrownBy(() -> TopicSetup.ensure(kafka.access(), (short) 1))
                .withMessageContainingAll("vito.videos.stored", "cleanup.policy=delete", "expected compact")
                .satisfies(refused -> assertThat(refused.reason()).isEqualTo(Reason.KAFKA));
    }

    @Test
    void aTopicThatTakesTooSmallRecordsIsRefused() throws Exception {
        create("vito.clips", 8, Map.of("retention.ms", "-1", "max.message.bytes", "1000000"));
        assertThatExceptionOfType(VitoException.class)
                .isThrownBy(() -> TopicSetup.ensure(kafka.access(), (short) 1))
                .withMessageContainingAll("vito.clips", "max.message.bytes=1000000", "expected 16777216");
    }

    @Test
    void harmlessDifferencesAreSaid() throws Exception {
        Map<String, String> settings = new HashMap<>(Topics.SUBMITTED.settings());
        settings.put("retention.ms", "1000");
        create("vito.videos.submitted", 2, settings);
        assertThat(TopicSetup.ensure(kafka.access(), (short) 1))
                .containsExactlyInAnyOrder(
                        "topic vito.videos.submitted has 2 partitions, ours would have 4",
                        "topic vito.videos.submitted has retention.ms=1000, expected 604800000");
    }

    @Test
    void severalProcessesMaySetUpAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<List<String>> setup = () -> TopicSetup.ensure(kafka.access(), (short) 1);
            for (Future<List<String>> notes :
                    threads.invokeAll(Stream.generate(() -> setup).limit(4).toList())) {
                assertThat(notes.get()).isEmpty();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aKafkaThatDoesNotAnswerIsRetriable() {
        Map<String, String> hasty = Map.of("default.api.timeout.ms", "1000", "request.timeout.ms", "500");
        assertThatExceptionOfType(RetriableException.class)
                .isThrownBy(() -> TopicSetup.ensure(new KafkaAccess("localhost:1", hasty), (short) 1))
                .withMessageContaining("list topics");
    }

    @Test
    void theLetterOfTheLargestRecordIsTaken() throws Exception {
        TopicSetup.ensure(kafka.access(), (short) 1);
        byte[] largest = new byte[KafkaAccess.MAX_RECORD_BYTES];
        DeadLetter letter = DeadLetters.of(
                "decode",
                "v",
                new VitoException(Reason.DAMAGED_VIDEO, "no frame"),
                1,
                new ConsumerRecord<>("vito.clips", 0, 0, "v", largest),
                InstantSource.system());
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(new HashMap<String, Object>(kafka.access().producer()))) {
            producer.send(Topics.DEAD_LETTERS.record(letter)).get();
        }
        assertThat(read(Topics.DEAD_LETTERS, letters -> !letters.isEmpty())).containsExactly(letter);
    }

    @Test
    void stagesAreReported() throws Exception {
        TopicSetup.ensure(kafka.access(), (short) 1);
        Stages stages = new Stages(new SimpleMeterRegistry());
        StageMeter decode = stages.meter("decode", "clips", "group", "vito.decode.segments");
        StageMeter broken = stages.meter("broken", "clips", "", "");
        decode.queue(() -> 3, 8);
        decode.failed();
        decode.note("the store is full");
        SourceReport source = SourceReport.newBuilder()
                .setName("camera")
                .setReceivedBytes(3000)
                .build();
        decode.sources(() -> List.of(source));
        broken.queue(
                () -> {
                    throw new IllegalStateException("buffer is closed");
                },
                8);
        Platform platform = new Platform(
                kafka.access(),
                DirectoryObjectStore.open(directory.resolve("objects")),
                directory,
                "host-1",
                InstantSource.fixed(Instant.ofEpochMilli(5000)),
                stages);
        decode.passed(100);
        StageReporter reporter = StageReporter.start(platform);
        try {
            List<StageReport> reports = read(Topics.STAGES, seen -> seen.size() >= 2);
            assertThat(reports).allSatisfy(report -> {
                assertThat(report.getStage())
                        .as("one that cannot say does not silence the others")
                        .isEqualTo("decode");
                assertThat(report.getInstance()).isEqualTo("host-1");
                assertThat(report.getUnit()).isEqualTo("clips");
                assertThat(report.getPassed()).isEqualTo(100);
                assertThat(report.getFailed()).isEqualTo(1);
                assertThat(report.getQueued()).isEqualTo(3);
                assertThat(report.getCapacity()).isEqualTo(8);
                assertThat(report.getLag()).isEqualTo(-1);
                assertThat(report.getConsumerGroup()).isEqualTo("group");
                assertThat(report.getInputTopic()).isEqualTo("vito.decode.segments");
                assertThat(report.getAtMs()).isEqualTo(5000);
                assertThat(report.getNote()).isEqualTo("the store is full");
                assertThat(report.getSourcesList()).containsExactly(source); // nothing came while it was looked at
            });
        } finally {
            reporter.close();
        }
    }

    private static void create(String name, int partitions, Map<String, String> settings) throws Exception {
        try (Admin admin = kafka.access().admin()) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(settings)))
                    .all()
                    .get();
        }
    }

    /** Reads partition 0 from its beginning until {@code enough}. */
    private static <T extends com.google.protobuf.Message> List<T> read(Topic<T> topic, Predicate<List<T>> enough) {
        Map<String, Object> properties = new HashMap<>(kafka.access().consumer("test"));
        List<T> seen = new ArrayList<>();
        long limit = System.nanoTime() + PATIENCE.toNanos();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
            Set<TopicPartition> partition = Set.of(new TopicPartition(topic.name(), 0));
            consumer.assign(partition);
            consumer.seekToBeginning(partition);
            while (!enough.test(seen)) {
                assertThat(System.nanoTime()).as(topic + " in time").isLessThan(limit);
                consumer.poll(Duration.ofMillis(200)).forEach(r -> seen.add(topic.read(r)));
            }
        }
        return seen;
    }

    /** As Alpakka's listener does while records are under way, it does not come back when it is asked for them. */
    private static final class NeverDrained implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            throw new AssertionError("asked for what is under way");
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
    }

    @Test
    void aMemberThatIsToLeaveDoesSoAtTheNextPollAndAsksForNothing() throws Exception {
        TopicSetup.ensure(kafka.access(), (short) 1);
        try (Admin admin = kafka.access().admin();
                GroupMember member =
                        new GroupMember(new HashMap<>(kafka.access().consumer("members")))) {
            member.subscribe(List.of(Topics.SUBMITTED.name()), new NeverDrained());
            long limit = System.nanoTime() + PATIENCE.toNanos();
            while (members(admin, "members") == 0 || member.assignment().isEmpty()) {
                assertThat(System.nanoTime()).as("joined in time").isLessThan(limit);
                assertThat(member.poll(Duration.ofMillis(50))).isEmpty();
            }
            member.leave();
            assertThat(member.left()).as("not yet").isNotCompleted();
            assertThat(member.poll(Duration.ofMillis(50))).isEmpty();
            assertThat(member.left()).isCompleted();
            assertThat(member.poll(Duration.ofMillis(50))).as("harmless").isEmpty();
            while (members(admin, "members") > 0) {
                assertThat(System.nanoTime()).as("gone in time").isLessThan(limit);
            }
        }
    }

    private static int members(Admin admin, String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                .mapToInt(about -> about.members().size())
                .sum();
    }
}
