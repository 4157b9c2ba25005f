package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.VideoSubmission;

@NullUnmarked // JUnit fills the fields
@Timeout(300)
class EmbeddedBrokerTest {
    @TempDir
    Path directory;

    private BrokerSettings settings(int port) {
        return new BrokerSettings(directory, port, Duration.ofSeconds(20), 1 << 20);
    }

    @Test
    void keepsRecordsAndPortOverARestart() throws Exception {
        String first;
        try (EmbeddedBroker broker = EmbeddedBroker.start(settings(0))) {
            first = broker.bootstrapServers();
            KafkaAccess kafka = KafkaAccess.to(first);
            assertThat(TopicSetup.ensure(kafka, (short) -1)).isEmpty();
            submit(kafka, "a");
            submit(kafka, "b");
            assertThatThrownBy(() -> EmbeddedBroker.start(settings(0)))
                    .isInstanceOf(VitoException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            assertThat(BrokerIdentity.running(directory)).contains(first);
        }
        assertThat(BrokerIdentity.running(directory)).isEmpty();
        try (EmbeddedBroker broker = EmbeddedBroker.start(settings(0))) {
            assertThat(broker.bootstrapServers()).isEqualTo(first);
            assertThat(submitted(KafkaAccess.to(first), 2)).containsExactlyInAnyOrder("a", "b");
        }
    }

    @Test
    void losesNothingAcknowledgedWhenItsProcessIsKilled() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbeddedBrokerTest.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(said.readLine()).isEqualTo("acknowledged");
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor(120, TimeUnit.SECONDS)).isTrue();
        try (EmbeddedBroker broker = EmbeddedBroker.start(settings(0))) {
            KafkaAccess kafka = KafkaAccess.to(broker.bootstrapServers());
            assertThat(submitted(kafka, 1)).containsExactly("survivor");
        }
    }

    @Test
    void saysWhichPortIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, BrokerIdentity.loopback())) {
            assertThatThrownBy(() -> EmbeddedBroker.start(settings(taken.getLocalPort())))
                    .isInstanceOf(VitoException.class)
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()))
                    .hasMessageContaining("vito.broker.port");
        }
    }

    /** The process that is killed: writes one record, says so, and waits for its end. */
    public static void main(String[] arguments) throws Exception {
        EmbeddedBroker broker =
                EmbeddedBroker.start(new BrokerSettings(Path.of(arguments[0]), 0, Duration.ofSeconds(20), 1 << 20));
        KafkaAccess kafka = KafkaAccess.to(broker.bootstrapServers());
        TopicSetup.ensure(kafka, (short) -1);
        submit(kafka, "survivor");
        System.out.println("acknowledged");
        broker.ended().toCompletableFuture().join();
    }

    private static void submit(KafkaAccess kafka, String uri) throws Exception {
        try (var producer = new KafkaProducer<String, byte[]>(new HashMap<String, Object>(kafka.producer()))) {
            producer.send(Topics.SUBMITTED.record(VideoSubmission.newBuilder()
                            .setSubmissionId(uri)
                            .setUri(uri)
                            .build()))
                    .get(120, TimeUnit.SECONDS);
        }
    }

    private static List<String> submitted(KafkaAccess kafka, int count) {
        List<String> found = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<String, byte[]>(new HashMap<String, Object>(kafka.consumer("broker-test")))) {
            consumer.subscribe(List.of(Topics.SUBMITTED.name()));
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (found.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    found.add(Topics.SUBMITTED.read(record).getUri());
                }
            }
        }
        return found;
    }
}
