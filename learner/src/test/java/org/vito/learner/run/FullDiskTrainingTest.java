package org.vito.learner.run;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.SmallDisk;
import org.vito.learner.TestBroker;
import org.vito.learner.TestClips;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.learner.checkpoint.Identity;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole.Health;
import org.vito.protocol.Settings;
import org.vito.protocol.Stages;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;

/** A learner whose disk fills up while it trains. */
class FullDiskTrainingTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final int STEPS = 20;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path place;

    private SmallDisk disk;
    private KafkaAccess kafka;

    @BeforeEach
    @SuppressWarnings("NullAway.Init") // the directory is there before
    void mount() throws Exception {
        disk = SmallDisk.mount(place, "1m");
        kafka = TestBroker.withoutClips();
        try (KafkaProducer<String, byte[]> producer = TestBroker.producer("")) {
            for (int i = 0; i < 25; i++) {
                TestBroker.send(producer, Topics.CLIPS.record(TestClips.clip("v" + i % 9, i)));
            }
        }
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            disk.close();
        }
    }

    @AfterAll
    static void end() {
        KIT.shutdownTestKit();
    }

    private Learner start(String run, StandInNetwork.Maker maker) {
        var config = ConfigFactory.parseString(
                        """
                        vito.learner {
                          run = "%s", seed = 3
                          shuffle.capacity = 12
                          schedule { steps = %d, warm-up-steps = 5 }
                          checkpoint { every-steps = 5, every = 0, attempts = 2 }
                        }
                        """
                                .formatted(run, STEPS))
                .withFallback(ConfigFactory.load())
                .resolve();
        RunSettings settings = RunSettings.from(
                Settings.at(config, "vito.learner"),
                StandInNetwork.CLIPS,
                Identity.of(config, List.of("vito.learner.schedule"), List.of()));
        Platform platform = new Platform(
                kafka,
                DirectoryObjectStore.open(disk.root().resolve("objects")),
                disk.root(),
                "test",
                InstantSource.system(),
                new Stages(new SimpleMeterRegistry()));
        return Learner.start(KIT.system(), settings, maker, new StandInViews(), platform);
    }

    /** Fills the disk before step {@code full}, and frees it before step {@code free}. */
    private StandInNetwork.Maker filling(int full, int free) {
        return new StandInNetwork.Maker() {
            @Override
            double before(int steps) {
                try {
                    if (steps == full) {
                        disk.fill();
                    } else if (steps == free) {
                        disk.free();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return 0;
            }
        };
    }

    private List<Long> checkpoints(String run) {
        return Checkpoints.list(Checkpoints.directory(disk.root(), run)).stream()
                .map(c -> Checkpoints.verify(c).manifest().step())
                .toList();
    }

    @Test
    void trainingOutlastsADiskThatIsFullForAWhile() throws Exception {
        StandInNetwork.Maker maker = filling(7, 12);
        start("outlasts", maker).ended().toCompletableFuture().get(180, TimeUnit.SECONDS);
        assertThat(maker.losses).hasSize(STEPS);
        assertThat(checkpoints("outlasts")).containsExactly(20L, 15L, 5L, 0L);
    }

    @Test
    void aDiskThatStaysFullHaltsItAndTheLastGoodCheckpointStays() throws Exception {
        StandInNetwork.Maker maker = filling(7, -1);
        Learner learner = start("halts", maker);
        VitoException failure = failure(learner);
        assertThat(failure.reason()).isEqualTo(Reason.STORAGE);
        assertThat(failure)
                .hasMessageContaining("step 15, which needs about 1 MiB; that of step 5 is kept")
                .hasMessageContaining("No space left on device (0 MiB free)");
        assertThat(learner.status().health()).isEqualTo(Health.FAILED);
        assertThat(checkpoints("halts")).containsExactly(5L, 0L);
        disk.free();
        StandInNetwork.Maker after = new StandInNetwork.Maker();
        start("halts", after).ended().toCompletableFuture().get(180, TimeUnit.SECONDS);
        assertThat(after.losses).hasSize(15);
        assertThat(after.losses.subList(0, 10)).isEqualTo(maker.losses.subList(5, 15));
    }

    private static VitoException failure(Learner learner) throws Exception {
        try {
            learner.ended().toCompletableFuture().get(180, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return (VitoException) Objects.requireNonNull(e.getCause());
        }
        throw new AssertionError("the learner ended in order");
    }
}
