package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.VideoSubmission;
import picocli.CommandLine;

@NullUnmarked // JUnit fills the fields
@Timeout(300)
class SubmitCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void whatIsSubmittedHasAnIdThatTellsNoSecretAndIsTheSameAgain() throws Exception {
        Path list = Files.writeString(directory.resolve("list.csv"), "path,title\nb.mp4,Second\n,nothing\n");
        String secret = "https://example.org/a.mp4?X-Amz-Signature=d00d";
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                new BrokerSettings(directory.resolve("broker"), 0, Duration.ofSeconds(20), 1 << 20))) {
            KafkaAccess kafka = KafkaAccess.to(broker.bootstrapServers());
            TopicSetup.ensure(kafka, (short) -1);
            for (int time = 0; time < 2; time++) {
                CommandLine command = Main.commandLine();
                command.setOut(new PrintWriter(out, true));
                command.setErr(new PrintWriter(err, true));
                int code = command.execute(
                        "submit", secret, list.toString(), "--title", "One", "-b", broker.bootstrapServers());
                assertThat(code).as(err::toString).isZero();
            }
            List<ConsumerRecord<String, byte[]>> records = submitted(kafka, 4);
            assertThat(records).extracting(ConsumerRecord::key).allMatch(key -> key.matches("[0-9a-f]{64}"));
            assertThat(records.stream().map(ConsumerRecord::key).distinct()).hasSize(2);
            assertThat(records)
                    .extracting(
                            record -> VideoSubmission.parseFrom(record.value()).getTitle())
                    .containsOnly("One", "Second");
            assertThat(out.toString()).contains("submitted as ").doesNotContain("d00d");
            assertThat(err.toString()).contains("list.csv:3");
        }
    }

    private static List<ConsumerRecord<String, byte[]>> submitted(KafkaAccess kafka, int count) {
        HashMap<String, Object> properties = new HashMap<>(kafka.consumer("test"));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.SUBMITTED.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
            while (records.size() < count) { // the test's own limit ends it
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }
}
