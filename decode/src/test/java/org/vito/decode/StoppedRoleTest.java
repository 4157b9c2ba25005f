package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Stages;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.StoredVideo;

/** A role that is stopped at the moment at which it has read its first record and cannot write yet. */
class StoppedRoleTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Config CONFIG =
            ConfigFactory.parseString("vito.decode.children = 1").withFallback(ConfigFactory.load());

    @TempDir
    private Path dir;

    /** Holds up whoever makes a producer of transactions. */
    public static final class HeldProducers implements MetricsReporter {
        private static final CountDownLatch BEGUN = new CountDownLatch(1);
        private static final CountDownLatch MAY_GO_ON = new CountDownLatch(1);

        @Override
        public void configure(Map<String, ?> configs) {
            if (configs.get("transactional.id") != null) {
                BEGUN.countDown();
                try {
                    boolean unused = MAY_GO_ON.await(10, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public void init(List<KafkaMetric> metrics) {}

        @Override
        public void metricChange(KafkaMetric metric) {}

        @Override
        public void metricRemoval(KafkaMetric metric) {}

        @Override
        public void close() {}
    }

    private Platform platform(KafkaAccess kafka, ObjectStore objects) {
        return new Platform(kafka, objects, dir, "test", InstantSource.system(), new Stages(new SimpleMeterRegistry()));
    }

    @Test
    void itLeavesItsGroupsAndWhatItHadReadIsDoneByTheNext() throws Exception {
        ObjectStore objects = DirectoryObjectStore.open(dir.resolve("objects"));
        try (TestKafka kafka = TestKafka.start(Files.createDirectory(dir.resolve("kafka")))) {
            KafkaAccess access = kafka.access();
            TopicSetup.ensure(access, (short) 1);
            send(access, objects);
            ActorTestKit kit = ActorTestKit.create(CONFIG);
            DecodeSettings settings = DecodeSettings.from(CONFIG);
            try (Decoders decoders = Decoders.start(kit.system(), settings)) {
                Map<String, String> held = new HashMap<>(access.properties());
                held.put("metric.reporters", HeldProducers.class.getName());
                RunningRole role = DecodeRole.start(
                        kit.system(),
                        settings,
                        decoders,
                        platform(new KafkaAccess(access.bootstrapServers(), held), objects));
                assertThat(HeldProducers.BEGUN.await(2, TimeUnit.MINUTES)).isTrue();
                role.stop().toCompletableFuture().get(2, TimeUnit.MINUTES);
                Patience.until("its groups are left", SOON, () -> members(access) == 0);
                HeldProducers.MAY_GO_ON.countDown();
                RunningRole next = DecodeRole.start(kit.system(), settings, decoders, platform(access, objects));
                Patience.until("the letter", SOON, () -> letters(access) == 1);
                next.stop().toCompletableFuture().get(2, TimeUnit.MINUTES);
            } finally {
                HeldProducers.MAY_GO_ON.countDown();
                kit.shutdownTestKit();
            }
        }
    }

    /** Sends a decision on what is no video. */
    private static void send(KafkaAccess kafka, ObjectStore objects) throws Exception {
        byte[] words = "no video at all".repeat(50).getBytes(StandardCharsets.UTF_8);
        ObjectStore.Put put = objects.put("videos", new ByteArrayInputStream(words), Long.MAX_VALUE);
        CurationDecision decision = CurationDecision.newBuilder()
                .setVideoId(put.sha256())
                .setAccepted(true)
                .setVideo(StoredVideo.newBuilder()
                        .setVideoId(put.sha256())
                        .setAddress(put.address())
                        .setDurationUs(5_000_000)
                        .setFramesPerSecond(25))
                .build();
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(new HashMap<String, Object>(kafka.producer()))) {
            producer.send(Topics.CURATED.record(decision)).get(2, TimeUnit.MINUTES);
        }
    }

    private static int members(KafkaAccess kafka) throws Exception {
        List<String> groups = List.of(DecodeRole.PLAN_GROUP, DecodeRole.DECODE_GROUP);
        try (Admin admin = kafka.admin()) {
            return admin.describeConsumerGroups(groups).all().get(2, TimeUnit.MINUTES).values().stream()
                    .mapToInt(about -> about.members().size())
                    .sum();
        }
    }

    private static int letters(KafkaAccess kafka) {
        int[] count = {0};
        try (CommittedRecords letters = new CommittedRecords(kafka, Topics.DEAD_LETTERS, "test")) {
            letters.catchUp(record -> count[0]++);
        }
        return count[0];
    }
}
