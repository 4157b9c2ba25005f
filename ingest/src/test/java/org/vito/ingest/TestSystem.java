package org.vito.ingest;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.vito.decode.DecodeSettings;
import org.vito.decode.Decoders;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Stages;

/** An actor system with decoders and a platform over the shared broker. */
final class TestSystem implements AutoCloseable {
    final ActorSystem<Void> actors;
    final Decoders decoders;
    final Platform platform;
    private final Config base;

    TestSystem(Path directory) {
        base = ConfigFactory.parseResources("application-test.conf").withFallback(ConfigFactory.load());
        actors = ActorSystem.create(Behaviors.empty(), "test", base);
        decoders = Decoders.start(actors, DecodeSettings.from(base));
        platform = new Platform(
                TestBroker.access(),
                DirectoryObjectStore.open(directory.resolve("objects")),
                directory.resolve("data"),
                "test",
                InstantSource.system(),
                new Stages(new SimpleMeterRegistry()));
    }

    IngestSettings settings(String... overrides) {
        return IngestSettings.from(
                ConfigFactory.parseString(String.join("\n", overrides)).withFallback(base));
    }

    static void stop(RunningRole role) throws Exception {
        role.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);
    }

    /** Waits until {@code condition} holds; fails if it does not in time. */
    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        CountDownLatch never = new CountDownLatch(1);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not in time: " + what);
            }
            if (never.await(20, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("cannot be");
            }
        }
    }

    @Override
    public void close() {
        decoders.close();
        actors.terminate();
    }
}
