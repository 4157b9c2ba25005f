package org.vito.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.augment.AugmentSettings;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Stages;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.TrainingStep;

/** The learner whole: real broker, real views, real network, on pictures small enough for two cores. */
class LearnerRoleTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final int STEPS = 20;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path data;

    @AfterAll
    static void end() {
        KIT.shutdownTestKit();
    }

    private static Config config(String run) {
        return ConfigFactory.parseString(
                        """
                        vito.learner {
                          run = %s, seed = 11
                          shuffle.capacity = 16
                          schedule { steps = %d, warm-up-steps = 4 }
                          checkpoint { every-steps = 8, every = 0 }
                          model {
                            architecture = tiny, block = bottleneck, depths = [1, 1, 1, 1], width = 4
                            projector { hidden = 32, output = 8 }
                            clips = 4, size = 32, threads = 1
                          }
                        }
                        vito.augment.size = 32
                        """
                                .formatted(run, STEPS))
                .withFallback(ConfigFactory.load())
                .resolve();
    }

    private RunningRole start(Config config, KafkaAccess kafka) {
        Platform platform = new Platform(
                kafka,
                DirectoryObjectStore.open(data.resolve("objects")),
                data,
                "test",
                InstantSource.system(),
                new Stages(new SimpleMeterRegistry()));
        return LearnerRole.start(KIT.system(), LearnerSettings.from(config), AugmentSettings.from(config), platform);
    }

    private static List<Double> losses(String run) {
        TreeMap<Long, Double> losses = new TreeMap<>();
        TestBroker.read(Topics.TRAINING, s -> s.getRunId().equals(run))
                .forEach((TrainingStep s) -> losses.put(s.getStep(), s.getLoss()));
        return List.copyOf(losses.values());
    }

    private static void finish(RunningRole role) throws Exception {
        role.ended().toCompletableFuture().get(120, TimeUnit.SECONDS);
    }

    @Test
    void aStoppedRunGoesOnBitByBit() throws Exception {
        KafkaAccess kafka = TestBroker.withoutClips();
        try (KafkaProducer<String, byte[]> producer = TestBroker.producer("")) {
            for (int i = 0; i < 26; i++) {
                TestBroker.send(producer, Topics.CLIPS.record(TestClips.noise("video" + i % 7, i)));
            }
        }
        finish(start(config("whole"), kafka));

        RunningRole role = start(config("parts"), kafka);
        while (!role.status().detail().matches("step ([3-9]|1\\d)/20, loss.*")) {
            assertThat(role.ended().toCompletableFuture()).isNotCompletedExceptionally();
            new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
        }
        role.stop();
        finish(role);
        Checkpoints.Verified stopped =
                Checkpoints.latest(Checkpoints.directory(data, "parts")).orElseThrow();
        assertThat(stopped.manifest().step()).isBetween(3L, STEPS - 1L);
        assertThat(stopped.manifest().architecture()).isEqualTo("tiny");
        finish(start(config("parts"), kafka));

        assertThat(losses("whole")).hasSize(STEPS).doesNotHaveDuplicates().allMatch(Double::isFinite);
        assertThat(losses("parts")).isEqualTo(losses("whole"));
        assertThat(Checkpoints.latest(Checkpoints.directory(data, "parts"))
                        .orElseThrow()
                        .manifest()
                        .files()
                        .get("online.safetensors"))
                .isEqualTo(Checkpoints.latest(Checkpoints.directory(data, "whole"))
                        .orElseThrow()
                        .manifest()
                        .files()
                        .get("online.safetensors"));
    }

    @Test
    void viewsOfAnotherSizeAreRefused() {
        Config config = ConfigFactory.parseString("vito.augment.size = 64").withFallback(config("other"));
        assertThatThrownBy(() -> start(config, KafkaAccess.to("127.0.0.1:1")))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("vito.augment.size = 64 but vito.learner.model.size = 32");
    }

    @Test
    void weightsThatOverflowHaltTheRealNetworkBeforeTheyAreSaved() throws Exception {
        KafkaAccess kafka = TestBroker.withoutClips();
        try (KafkaProducer<String, byte[]> producer = TestBroker.producer("")) {
            for (int i = 0; i < 26; i++) {
                TestBroker.send(producer, Topics.CLIPS.record(TestClips.noise("video" + i % 7, i)));
            }
        }
        Config config = ConfigFactory.parseString(
                        "vito.learner { schedule { steps = 400, base-learning-rate = 1e6 }, checkpoint.every-steps = 1"
                                + " }")
                .withFallback(config("overflow"));
        RunningRole role = start(config, kafka);
        assertThatThrownBy(() -> finish(role))
                .cause()
                .isInstanceOf(VitoException.class)
                .satisfies(e -> assertThat(((VitoException) e).reason()).isEqualTo(Reason.NOT_FINITE))
                .hasMessageContaining("step")
                .hasMessageMatching("(?s).*the checkpoint of step \\d+ is kept.*");
        Checkpoints.Verified last =
                Checkpoints.latest(Checkpoints.directory(data, "overflow")).orElseThrow();
        try (SafetensorsFile weights = SafetensorsFile.open(last.directory().resolve("online.safetensors"))) {
            for (String name : weights.names()) {
                for (float value : weights.read(name)) {
                    assertThat(value).isFinite();
                }
            }
        }
    }
}
