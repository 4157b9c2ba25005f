package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Stages;
import org.vito.protocol.Topic;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** The whole role against a real Kafka: every clip once, whatever happens in between. */
class DecodeRoleTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Config CONFIG = ConfigFactory.parseString(
                    "vito.decode { children = 2, segment-length = 2560 milliseconds }")
            .withFallback(ConfigFactory.load());

    @TempDir
    private static Path dir;

    private static TestKafka kafka;
    private static ObjectStore objects;
    private static Platform platform;

    @BeforeAll
    static void start() throws IOException {
        kafka = TestKafka.start(Files.createDirectory(dir.resolve("kafka")));
        TopicSetup.ensure(kafka.access(), (short) 1);
        objects = DirectoryObjectStore.open(dir.resolve("objects"));
        platform = new Platform(
                kafka.access(), objects, dir, "test", InstantSource.system(), new Stages(new SimpleMeterRegistry()));
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    private static CurationDecision decision(byte[] bytes, long durationUs, boolean accepted) throws IOException {
        ObjectStore.Put put = objects.put("videos", new ByteArrayInputStream(bytes), Long.MAX_VALUE);
        return CurationDecision.newBuilder()
                .setVideoId(put.sha256())
                .setAccepted(accepted)
                .setCategory("category of " + put.sha256())
                .setVideo(StoredVideo.newBuilder()
                        .setVideoId(put.sha256())
                        .setAddress(put.address())
                        .setDurationUs(durationUs)
                        .setFramesPerSecond(25))
                .build();
    }

    private static byte[] video(int number, int frames) throws IOException {
        Path file = dir.resolve("video" + number + ".mp4");
        NumberedVideo.write(
                file,
                new VideoWriter.Format("mp4", "mpeg4", 320 + 16 * number, 256, 25, 2_000_000, 12),
                LibavVideoWriter.Extras.NONE,
                frames,
                NumberedVideo.at(25));
        return Files.readAllBytes(file);
    }

    private static void send(ProducerRecord<String, byte[]> record) throws Exception {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(new HashMap<String, Object>(kafka.access().producer()))) {
            producer.send(record).get(120, TimeUnit.SECONDS);
        }
    }

    /** Every committed record of a topic. */
    private static List<ConsumerRecord<String, byte[]>> all(Topic<?> topic) {
        Map<String, Object> properties = new HashMap<>(kafka.access().reader("unused"));
        properties.remove("group.id");
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (!ends.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue())) {
                consumer.poll(Duration.ofMillis(50)).forEach(records::add);
            }
        }
        return records;
    }

    private static List<Clip> clips() {
        return all(Topics.CLIPS).stream().map(Topics.CLIPS::read).toList();
    }

    private static List<DeadLetter> letters() {
        return all(Topics.DEAD_LETTERS).stream().map(Topics.DEAD_LETTERS::read).toList();
    }

    @Test
    void everyClipOnceAcrossRestartsAndEveryRefusalAsALetter() throws Exception {
        Set<String> expected = new TreeSet<>();
        List<CurationDecision> videos = new ArrayList<>();
        for (int v = 0; v < 4; v++) {
            CurationDecision decision = decision(video(v, 64 * 12), 12 * 2_560_000L, true);
            videos.add(decision);
            for (int w = 0; w < 12; w++) {
                expected.add(decision.getVideoId() + "@" + w * 2_560_000L);
            }
        }
        CurationDecision rejected = decision(video(5, 70), 2_800_000, false);
        CurationDecision words =
                decision("no video at all".repeat(50).getBytes(StandardCharsets.UTF_8), 5_000_000, true);
        CurationDecision brief = decision(video(6, 30), 1_200_000, true);
        DecodeSegment orphan = DecodeSegment.newBuilder()
                .setVideoId("orphan")
                .setEndUs(1)
                .setVideo(StoredVideo.newBuilder()
                        .setAddress("videos/" + "0".repeat(64))
                        .setDurationUs(3_000_000))
                .build();

        send(Topics.CURATED.record(videos.get(0)));
        send(new ProducerRecord<>(Topics.CURATED.name(), "garbled", new byte[] {(byte) 0xff, 1, 2}));
        send(Topics.CURATED.record(rejected));
        send(Topics.CURATED.record(decision(video(7, 70), 2_800_000, true).toBuilder()
                .setFirstAcceptedAtMs(
                        System.currentTimeMillis() - Duration.ofDays(30).toMillis())
                .build())); // judged again; its clips were made a month ago
        send(Topics.CURATED.record(words));
        send(Topics.CURATED.record(brief));
        send(Topics.SEGMENTS.record(orphan));
        for (CurationDecision video : videos.subList(1, 4)) {
            send(Topics.CURATED.record(video));
        }

        runUntil(4, false); // breaks off: the actor system is taken away in the middle
        send(Topics.CURATED.record(videos.get(0))); // announced a second time
        runUntil(12, true);
        send(new ProducerRecord<>(Topics.SEGMENTS.name(), "garbled", new byte[] {(byte) 0xff, 1, 2}));
        send(Topics.CURATED.record(videos.get(1)));
        runUntil(expected.size(), true);

        assertThat(clips()).extracting(Clip::getClipId).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(clips()).allSatisfy(clip -> {
            assertThat(clip.getFramesCount()).isEqualTo(8);
            assertThat(clip.getHeight()).isEqualTo(256);
            assertThat(clip.getCategory()).isEqualTo("category of " + clip.getVideoId());
        });
        Map<String, String> reasons = letters().stream()
                .collect(Collectors.toMap(
                        l -> l.getStage() + " " + l.getSubject() + " " + l.getTopic(), DeadLetter::getReasonCode));
        assertThat(reasons)
                .containsOnly(
                        Map.entry("decode.plan garbled vito.videos.curated", Reason.DAMAGED_RECORD.name()),
                        Map.entry("decode garbled vito.decode.segments", Reason.DAMAGED_RECORD.name()),
                        Map.entry(
                                "decode.plan " + brief.getVideoId() + " vito.videos.curated", Reason.TOO_SHORT.name()),
                        Map.entry("decode orphan vito.decode.segments", Reason.NOT_FOUND.name()),
                        Map.entry("decode " + words.getVideoId() + " vito.decode.segments", Reason.NOT_A_VIDEO.name()));
        assertThat(all(Topics.SEGMENTS).stream().map(ConsumerRecord::key).filter(key -> !key.equals("garbled")))
                .as("no segment is planned twice")
                .doesNotHaveDuplicates();
    }

    private static void runUntil(int clips, boolean gently) throws Exception {
        ActorTestKit kit = ActorTestKit.create(CONFIG);
        DecodeSettings settings = DecodeSettings.from(CONFIG);
        try (Decoders decoders = Decoders.start(kit.system(), settings)) {
            RunningRole role = DecodeRole.start(kit.system(), settings, decoders, platform);
            boolean last = clips >= 48;
            Patience.until(
                    clips + " clips",
                    SOON,
                    () -> clips().size() >= clips && (!last || letters().size() >= 5));
            assertThat(role.status().health()).isEqualTo(RunningRole.Health.UP);
            if (gently) {
                role.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);
                assertThat(role.status().health()).isEqualTo(RunningRole.Health.STOPPED);
                assertGroupsAreLeft();
            } else {
                kit.shutdownTestKit();
                assertThat(role.ended().toCompletableFuture())
                        .failsWithin(Duration.ofMinutes(2))
                        .withThrowableThat()
                        .withMessageContaining("the actor system ended");
                assertThat(role.status().health()).isEqualTo(RunningRole.Health.FAILED);
            }
        } finally {
            kit.shutdownTestKit();
        }
    }

    /** A member that leaves says so and does not wait for the broker's answer; a session would last longer than this waits. */
    private static void assertGroupsAreLeft() throws Exception {
        List<String> groups = List.of("vito-decode", "vito-decode-plan");
        try (Admin admin = kafka.access().admin()) {
            Patience.until(
                    "no members of the groups after the role has ended",
                    Duration.ofSeconds(5),
                    () -> admin.describeConsumerGroups(groups).all().get(120, TimeUnit.SECONDS).values().stream()
                            .allMatch(about -> about.members().isEmpty()));
        }
    }

    @Test
    void withoutKafkaTheRoleFailsInTheEnd() throws Exception {
        Config config = ConfigFactory.parseString(
                        "vito.decode { children = 1, streams { max-restarts = 1, min-backoff = 10 milliseconds,"
                                + " max-backoff = 20 milliseconds, connection-check = 100 milliseconds } },"
                                + " akka.kafka.consumer.metadata-request-timeout = 500 milliseconds")
                .withFallback(CONFIG);
        ActorTestKit kit = ActorTestKit.create(config);
        DecodeSettings settings = DecodeSettings.from(config);
        Platform nowhere = new Platform(
                new KafkaAccess(
                        "localhost:1",
                        Map.of("max.block.ms", "300", "default.api.timeout.ms", "500", "request.timeout.ms", "400")),
                objects,
                dir,
                "nowhere",
                InstantSource.system(),
                new Stages(new SimpleMeterRegistry()));
        try (Decoders decoders = Decoders.start(kit.system(), settings)) {
            RunningRole role = DecodeRole.start(kit.system(), settings, decoders, nowhere);
            assertThat(role.ended().toCompletableFuture()).failsWithin(SOON);
            assertThat(role.status().health()).isEqualTo(RunningRole.Health.FAILED);
        } finally {
            kit.shutdownTestKit();
        }
    }
}
