package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.vito.decode.DecodeSettings;
import org.vito.decode.Decoders;
import org.vito.decode.Protection;
import org.vito.decode.VideoInfo;
import org.vito.decode.VideoWriter;
import org.vito.protocol.KafkaAccess;

/** What the doctor tries out: a video through a decoding child, an answer from Kafka. */
final class SystemChecks {
    private static final int TIMEOUT_SECONDS = 60;
    private static final int SIDE = 64;

    private SystemChecks() {}

    /** Writes a small video and has a child process of the decoder say what it is, and what confines that process. */
    static List<Finding> decoder(Config config) {
        try {
            Path file = Files.createTempFile("vito-doctor", ".mp4");
            try {
                write(file);
                return probe(config, file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of(Finding.fail("decoder", "interrupted"));
        } catch (IOException | RuntimeException | LinkageError | ExecutionException | TimeoutException e) {
            return List.of(Finding.fail(
                    "decoder",
                    "a test video could not be read: " + Causes.line(Causes.plain(e)) + "; see with --verbose"));
        }
    }

    private static void write(Path file) throws IOException {
        VideoWriter.Format format = new VideoWriter.Format("mp4", "mpeg4", SIDE, SIDE, 12.5, 400_000, 12);
        try (VideoWriter writer = VideoWriter.create(file, format)) {
            for (int i = 0; i < 40; i++) {
                byte[] frame = new byte[SIDE * SIDE * 3];
                Arrays.fill(frame, (byte) (6 * i));
                writer.frame(frame, 80_000L * i);
            }
        }
    }

    private static List<Finding> probe(Config config, Path file)
            throws ExecutionException, InterruptedException, TimeoutException {
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "doctor", config);
        DecodeSettings settings = DecodeSettings.from(config).withChildren(1);
        try (Decoders decoders = Decoders.start(system, settings)) {
            VideoInfo info = decoders.probe(file).toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.ok(
                    "decoder",
                    "a child process read a test video (%s, %d x %d)"
                            .formatted(info.codec(), info.width(), info.height())));
            for (Protection protection :
                    decoders.protections().toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                findings.add(
                        protection.active()
                                ? Finding.ok("decoder", protection.name() + " confined: " + protection.detail())
                                : Finding.warn("decoder", protection.name() + " not confined: " + protection.detail()));
            }
            return findings;
        } finally {
            system.terminate();
        }
    }

    /** Asks the configured or running Kafka for its nodes. */
    static Finding kafka(Config config) {
        Optional<KafkaAccess> named = KafkaAddress.configured(config);
        Path directory = BrokerSettings.from(config).directory().toAbsolutePath();
        Optional<KafkaAccess> kafka =
                named.or(() -> BrokerIdentity.running(directory).map(s -> KafkaAddress.access(config, s)));
        if (kafka.isEmpty()) {
            return Finding.ok("kafka", "none named: vito run and vito demo start their own in " + directory);
        }
        String servers = kafka.get().bootstrapServers();
        try (Admin admin = kafka.get().admin()) {
            int nodes = admin.describeCluster()
                    .nodes()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .size();
            return Finding.ok("kafka", nodes + (nodes == 1 ? " broker" : " brokers") + " at " + servers);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.fail("kafka", "interrupted");
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            return Finding.fail(
                    "kafka",
                    "no answer from " + servers + ": " + Causes.line(Causes.plain(e))
                            + "; check address, network and --client-properties");
        }
    }
}
