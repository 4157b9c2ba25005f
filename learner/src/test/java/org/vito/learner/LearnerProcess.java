package org.vito.learner;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.vito.augment.AugmentSettings;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Stages;

/** A learner alone in a process, to be killed: says each change of its status on a line of its own. */
public final class LearnerProcess {
    private LearnerProcess() {}

    /** Trains to the end; arguments are Kafka's address, the data directory and settings in HOCON. */
    public static void main(String[] arguments) throws InterruptedException {
        Config config = ConfigFactory.parseString(arguments[2])
                .withFallback(ConfigFactory.load())
                .resolve();
        Path data = Path.of(arguments[1]);
        Platform platform = new Platform(
                KafkaAccess.to(arguments[0]),
                DirectoryObjectStore.open(data.resolve("objects")),
                data,
                "killed",
                InstantSource.system(),
                new Stages(new SimpleMeterRegistry()));
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "vito", config);
        RunningRole role =
                LearnerRole.start(system, LearnerSettings.from(config), AugmentSettings.from(config), platform);
        String said = "";
        int code = -1;
        while (code < 0) {
            String detail = role.status().detail();
            if (!detail.equals(said)) {
                System.out.println(detail);
                said = detail;
            }
            code = end(role);
        }
        System.exit(code);
    }

    /** 0 when the learner has ended in order, 1 when it has failed, -1 while it runs. */
    private static int end(RunningRole role) throws InterruptedException {
        try {
            role.ended().toCompletableFuture().get(1, TimeUnit.MILLISECONDS);
            return 0;
        } catch (TimeoutException e) {
            return -1;
        } catch (ExecutionException e) {
            System.out.println(e.getCause());
            return 1;
        }
    }
}
