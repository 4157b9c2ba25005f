package org.vito.evaluator;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.Platform;
import org.vito.protocol.Stages;
import org.vito.protocol.TopicSetup;

/** Serves the page with made data until it is killed, to look at it while working on it: {@code PagePreview [port] [empty]}. */
public final class PagePreview {
    private PagePreview() {}

    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
        Path directory = Files.createTempDirectory("vito-preview");
        try (TestKafka kafka = TestKafka.start(directory)) {
            TopicSetup.ensure(kafka.access(), (short) 1);
            ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "preview");
            Platform platform = new Platform(
                    kafka.access(),
                    DirectoryObjectStore.open(directory.resolve("objects")),
                    directory,
                    "workstation",
                    InstantSource.system(),
                    new Stages(new SimpleMeterRegistry()));
            DashboardRole.Running role = DashboardRole.start(
                    system,
                    new DashboardSettings(
                            "127.0.0.1", port, Optional.empty(), new EvaluatorSettings.Pictures(Optional.empty(), 4)),
                    platform);
            System.out.println(role.address());
            show(kafka, args.length > 1);
        }
    }

    private static void show(TestKafka kafka, boolean empty) throws InterruptedException {
        try (MadeData data = new MadeData(kafka.access(), System.currentTimeMillis())) {
            if (!empty) {
                data.everything(4_700, 12_000);
            }
            for (int step = 4_701; !empty || step < 1_000_000; step++) {
                if (!empty) {
                    data.stages(System.currentTimeMillis());
                    data.train(step, 12_000, step);
                    data.judge(step, System.currentTimeMillis());
                    data.flush();
                }
                if (new CountDownLatch(1).await(Duration.ofSeconds(1).toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        }
    }
}
