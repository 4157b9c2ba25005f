package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.decode.child.ChildMain;
import org.vito.decode.child.Misbehaving;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.Stages;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** Videos that decoder processes died on are not tried again, by whomever, until somebody replays them. */
class QuarantineTest {
    private static final Config CONFIG = ConfigFactory.parseString(
                    "vito.decode { children = 1, child.min-backoff = 1 milliseconds }")
            .withFallback(ConfigFactory.load());

    @TempDir
    private static Path dir;

    private static TestKafka kafka;
    private static Platform platform;
    private static ActorTestKit kit;
    private static DecodeSegment segment;

    @BeforeAll
    static void start() throws Exception {
        kafka = TestKafka.start(Files.createDirectory(dir.resolve("kafka")));
        TopicSetup.ensure(kafka.access(), (short) 1);
        ObjectStore objects = DirectoryObjectStore.open(dir.resolve("objects"));
        platform = new Platform(
                kafka.access(), objects, dir, "test", InstantSource.system(), new Stages(new SimpleMeterRegistry()));
        kit = ActorTestKit.create(CONFIG);
        ObjectStore.Put put = objects.put("videos", new ByteArrayInputStream(new byte[] {1}), Long.MAX_VALUE);
        segment = DecodeSegment.newBuilder()
                .setVideoId(put.sha256())
                .setCount(2)
                .setEndUs(5_120_000)
                .setVideo(StoredVideo.newBuilder()
                        .setVideoId(put.sha256())
                        .setAddress(put.address())
                        .setDurationUs(10_240_000)
                        .setFramesPerSecond(25))
                .build();
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        kafka.close();
    }

    private static ConsumerRecord<String, byte[]> consumed(ProducerRecord<String, byte[]> record) {
        return new ConsumerRecord<>(
                record.topic(),
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                record.value().length,
                record.key(),
                record.value(),
                new RecordHeaders(record.headers()),
                Optional.empty());
    }

    /** What a decoder of a run of its own makes of a record, committed. */
    private static DeadLetter letter(ProducerRecord<String, byte[]> record, DecodeSettings settings, Class<?> program)
            throws Exception {
        try (Decoders decoders = LocalDecoders.start(kit.system(), settings, program);
                SegmentDecoder decoder = new SegmentDecoder(
                        kit.system(),
                        settings,
                        decoders,
                        platform,
                        Runnable::run,
                        platform.stages().meter("test", "clips", "", ""));
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                        new HashMap<String, Object>(kafka.access().producer()))) {
            List<ProducerRecord<String, byte[]>> made = DecodersTest.await(decoder.apply(consumed(record)));
            assertThat(made).hasSize(1);
            producer.send(made.get(0)).get(120, TimeUnit.SECONDS);
            return Topics.DEAD_LETTERS.read(consumed(made.get(0)));
        }
    }

    private static DeadLetter letter(ProducerRecord<String, byte[]> record) throws Exception {
        return letter(record, DecodeSettings.from(CONFIG), Misbehaving.class);
    }

    @Test
    void aDamagedVideoIsRefusedAsAWholeIfItIsToBe() throws Exception {
        Path file = NumberedVideo.write(
                dir.resolve("damaged.mp4"),
                NumberedVideo.format("mp4", "mpeg4", 25, 25),
                LibavVideoWriter.Extras.NONE,
                256,
                NumberedVideo.at(25));
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, bytes.length * 2 / 5, bytes.length * 2 / 5 + 10_000, (byte) 0);
        ObjectStore.Put put = platform.objects().put("videos", new ByteArrayInputStream(bytes), Long.MAX_VALUE);
        DecodeSegment damaged = segment.toBuilder()
                .setVideoId(put.sha256())
                .setVideo(
                        segment.getVideo().toBuilder().setVideoId(put.sha256()).setAddress(put.address()))
                .build();
        DecodeSettings reject = DecodeSettings.from(
                ConfigFactory.parseString("vito.decode.damage = reject").withFallback(CONFIG));
        DeadLetter first = letter(Topics.SEGMENTS.record(damaged), reject, ChildMain.class);
        assertThat(first.getReasonCode()).isEqualTo(Reason.DAMAGED_VIDEO.name());
        assertThat(first.getMessage())
                .containsPattern("segment 0 of .*: damaged from [34]\\d{6} us to [345]\\d{6} us \\(");
        DecodeSegment sound = damaged.toBuilder()
                .setIndex(1)
                .setStartUs(5_120_000)
                .setEndUs(10_240_000)
                .build();
        DeadLetter second = letter(Topics.SEGMENTS.record(sound), reject, ChildMain.class);
        assertThat(second.getReasonCode()).isEqualTo(Reason.DAMAGED_VIDEO.name());
        assertThat(second.getMessage()).contains("in quarantine until replayed", "damaged from");
    }

    @Test
    void aVideoThatKilledTwiceIsNotTriedAgainUntilReplayed() throws Exception {
        DeadLetter first = letter(Topics.SEGMENTS.record(segment));
        assertThat(first.getReasonCode()).isEqualTo(Reason.DECODER_CRASHED.name());
        assertThat(first.getMessage()).contains("2 decoder processes died", "SIGSEGV", "the frame at 1234000 us");

        DecodeSegment next = segment.toBuilder()
                .setIndex(1)
                .setStartUs(5_120_000)
                .setEndUs(10_240_000)
                .build();
        DeadLetter second = letter(Topics.SEGMENTS.record(next)); // another run, another segment
        assertThat(second.getReasonCode()).isEqualTo(Reason.DECODER_CRASHED.name());
        assertThat(second.getMessage()).contains("in quarantine until replayed", "SIGSEGV");

        DeadLetter replayed = letter(DeadLetters.replay(second));
        assertThat(replayed.getMessage()).startsWith("2 decoder processes died");
        assertThat(DecodeSegment.parseFrom(replayed.getValue())).isEqualTo(next);
    }
}
