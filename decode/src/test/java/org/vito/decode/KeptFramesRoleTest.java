package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Stages;
import org.vito.protocol.Topic;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** Decisions that tell where frames of their videos are kept, through the whole role and a real Kafka. */
class KeptFramesRoleTest {
    private static final Config CONFIG =
            ConfigFactory.parseString("vito.decode.children = 1").withFallback(ConfigFactory.load());
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    private static Path dir;

    private static TestKafka kafka;
    private static ObjectStore objects;
    private static Platform platform;

    @BeforeAll
    static void start() throws Exception {
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

    /** One more decoder system, with whatever is started in it. */
    private static final class Machine implements AutoCloseable {
        final ActorTestKit kit = ActorTestKit.create(CONFIG);
        final DecodeSettings settings = DecodeSettings.from(CONFIG);
        final LocalDecoders decoders = LocalDecoders.start(kit.system(), settings);

        RunningRole role() {
            return DecodeRole.start(kit.system(), settings, decoders, platform);
        }

        @Override
        public void close() {
            decoders.close();
            kit.shutdownTestKit();
        }
    }

    private static CurationDecision decision(byte[] bytes, long durationUs) throws Exception {
        ObjectStore.Put put = objects.put("videos", new ByteArrayInputStream(bytes), Long.MAX_VALUE);
        return CurationDecision.newBuilder()
                .setVideoId(put.sha256())
                .setAccepted(true)
                .setVideo(StoredVideo.newBuilder()
                        .setVideoId(put.sha256())
                        .setAddress(put.address())
                        .setDurationUs(durationUs)
                        .setFramesPerSecond(25))
                .build();
    }

    private static CurationDecision video(int number) throws Exception {
        Path file = NumberedVideo.write(
                dir.resolve("video" + number + ".mp4"),
                new VideoWriter.Format("mp4", "mpeg4", 320 + 16 * number, 256, 25, 2_000_000, 12),
                LibavVideoWriter.Extras.NONE,
                250,
                NumberedVideo.at(25));
        return decision(Files.readAllBytes(file), 10_000_000);
    }

    /** As curation does it. */
    private static CurationDecision kept(Machine machine, CurationDecision decision) throws Exception {
        FirstFrames first = DecodersTest.await(machine.decoders.first(
                objects.localFile(decision.getVideo().getAddress()), decision.getVideo(), 100, 1));
        return decision.toBuilder()
                .setKeptFrames(new KeptFrames(objects).keep(first.forClips()))
                .build();
    }

    private static List<Clip> alone(Machine machine, CurationDecision decision) throws Exception {
        DecodeSegment segment = SegmentPlan.of(decision, machine.settings).get(0);
        return DecodersTest.await(
                machine.decoders.decode(objects.localFile(decision.getVideo().getAddress()), segment));
    }

    private static void send(CurationDecision... decisions) throws Exception {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(new HashMap<String, Object>(kafka.access().producer()))) {
            for (CurationDecision decision : decisions) {
                producer.send(Topics.CURATED.record(decision)).get(120, TimeUnit.SECONDS);
            }
        }
    }

    /** Every committed record of a topic that is of {@code video}. */
    private static <T extends Message> List<T> all(Topic<T> topic, CurationDecision video) {
        Map<String, Object> properties = new HashMap<>(kafka.access().reader("unused"));
        properties.remove("group.id");
        List<T> values = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (!ends.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue())) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(50))) {
                    if (record.key().startsWith(video.getVideoId())) {
                        values.add(topic.read(record));
                    }
                }
            }
        }
        return values;
    }

    private static List<Clip> awaitClips(CurationDecision video) throws Exception {
        Patience.until(
                "clips of " + video.getVideoId(),
                SOON,
                () -> all(Topics.CLIPS, video).size() >= 3);
        return all(Topics.CLIPS, video).stream()
                .sorted(Comparator.comparingLong(Clip::getStartUs))
                .toList();
    }

    private static boolean isThere(CurationDecision decision) throws Exception {
        return objects.stat(decision.getKeptFrames()).isPresent();
    }

    @Test
    void framesThatAreKeptAreNotDecodedAgainAndGo() throws Exception {
        try (Machine machine = new Machine()) {
            CurationDecision video = kept(machine, video(0));
            CurationDecision gone = kept(machine, video(1));
            new KeptFrames(objects).forget(gone.getKeptFrames());
            CurationDecision torn = kept(machine, video(2));
            Files.write(objects.localFile(torn.getKeptFrames()), new byte[] {1, 2, 3});
            Map<CurationDecision, List<Clip>> alone = new HashMap<>();
            Map<CurationDecision, Long> decoded = new HashMap<>();
            for (CurationDecision each : List.of(video, gone, torn)) {
                long before = machine.decoders.decodedFrames();
                alone.put(each, alone(machine, each));
                decoded.put(each, machine.decoders.decodedFrames() - before);
            }
            RunningRole role = machine.role();
            for (CurationDecision each : List.of(video, gone, torn)) {
                long before = machine.decoders.decodedFrames();
                send(each);
                assertThat(awaitClips(each)).isEqualTo(alone.get(each));
                long now = machine.decoders.decodedFrames() - before;
                if (each.equals(video)) {
                    assertThat(now).isLessThan(decoded.getOrDefault(each, 0L) * 6 / 10);
                } else {
                    assertThat(now).isEqualTo(decoded.getOrDefault(each, 0L));
                }
                assertThat(isThere(each)).isFalse();
            }
            role.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);
        }
    }

    @Test
    void framesOfVideosThatAreNotCutIntoClipsGoToo() throws Exception {
        try (Machine machine = new Machine()) {
            CurationDecision brief = kept(machine, video(3));
            brief = brief.toBuilder()
                    .setVideo(brief.getVideo().toBuilder().setDurationUs(1_000_000))
                    .build();
            CurationDecision words = kept(machine, video(4)).toBuilder()
                    .setVideo(decision("no video".repeat(50).getBytes(StandardCharsets.UTF_8), 10_000_000)
                            .getVideo())
                    .build();
            CurationDecision twice = kept(machine, video(5));
            RunningRole role = machine.role();
            send(brief, words, twice);
            awaitClips(twice);
            CurationDecision again = twice.toBuilder()
                    .setKeptFrames(new KeptFrames(objects).keep(ByteString.copyFromUtf8("left over")))
                    .build();
            send(again);
            for (CurationDecision each : List.of(brief, words, twice, again)) {
                Patience.until("frames of " + each.getVideoId() + " are gone", SOON, () -> !isThere(each));
            }
            assertThat(all(Topics.CLIPS, twice)).hasSize(3);
            role.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoeverIsTakenAwayInBetweenIsFollowedByOneThatMakesTheSameClips() throws Exception {
        CurationDecision video;
        List<Clip> alone;
        try (Machine machine = new Machine()) {
            video = kept(machine, video(6));
            alone = alone(machine, video);
            RunningRole role = machine.role();
            send(video);
            Patience.until("a segment", SOON, () -> !all(Topics.SEGMENTS, video).isEmpty());
            machine.kit.shutdownTestKit(); // the role ends wherever it is, perhaps before it commits
            assertThat(role.ended().toCompletableFuture()).failsWithin(Duration.ofMinutes(2));
        }
        assertThat(all(Topics.SEGMENTS, video))
                .hasSize(1)
                .first()
                .extracting(DecodeSegment::getKeptFrames)
                .isEqualTo(video.getKeptFrames());
        try (Machine machine = new Machine()) {
            RunningRole role = machine.role();
            assertThat(awaitClips(video)).isEqualTo(alone);
            Set<String> ids = new HashSet<>();
            assertThat(all(Topics.CLIPS, video)).allMatch(clip -> ids.add(clip.getClipId()));
            assertThat(isThere(video)).isFalse();
            role.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);
        }
    }
}
