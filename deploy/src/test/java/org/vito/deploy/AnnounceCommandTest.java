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
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.FrozenEncoder;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationRequest;
import picocli.CommandLine;

@NullUnmarked // JUnit fills the fields
@Timeout(300)
class AnnounceCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int vito(String... words) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(words);
    }

    @Test
    void anImportedNetworkIsACheckpointThatEvaluatorsTake() throws Exception {
        Path data = directory.resolve("data");
        TinyRun.write(data, "tiny");
        Path file = directory.resolve("backbone.safetensors");
        assertThat(vito("export", "--checkpoint", "tiny@7", "--out", file.toString(), "--data", data.toString()))
                .as(err::toString)
                .isZero();
        Path network = directory.resolve("network");
        assertThat(vito("import", file.toString(), "--out", network.toString())).isZero();
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                new BrokerSettings(directory.resolve("broker"), 0, Duration.ofSeconds(20), 1 << 20))) {
            KafkaAccess kafka = KafkaAccess.to(broker.bootstrapServers());
            TopicSetup.ensure(kafka, (short) -1);
            for (int time = 0; time < 2; time++) {
                assertThat(vito("announce", network.toString(), "--run", "supervised", "-b", broker.bootstrapServers()))
                        .as(err::toString)
                        .isZero();
            }
            CheckpointAnnouncement announced =
                    TopicReader.readOnce(kafka).checkpoint().orElseThrow();
            assertThat(announced.getRunId()).isEqualTo("supervised");
            assertThat(announced.getStep()).isZero();
            assertThat(announced.getAddress()).isEqualTo(network.toUri().toString());
            assertThat(Checkpoints.verify(network).digest()).isEqualTo(announced.getDigest());
            try (FrozenEncoder encoder = FrozenEncoder.open(network)) {
                assertThat(announced.getArchitecture())
                        .isEqualTo(encoder.network().architecture());
            }
            assertThat(vito("announce", network.toString(), "--run", "other", "-b", broker.bootstrapServers()))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("is step 0 of run supervised already");
            CheckpointAnnouncement learned = announced.toBuilder()
                    .setRunId("learned")
                    .setStep(40)
                    .setGeneration(1)
                    .build();
            RecordSender.send(kafka, Topics.CHECKPOINTS.record(learned), "a learner's checkpoint");
            assertThat(vito("announce", network.toString(), "--run", "learned", "-b", broker.bootstrapServers()))
                    .isEqualTo(2);
            assertThat(err.toString())
                    .contains("--run learned: a run of that name is trained here")
                    .contains("step 40");

            assertThat(ask(broker, "supervised", "--task", "dance")).isEqualTo(2);
            assertThat(err.toString()).contains("--task dance: expected one of knn, linear");
            assertThat(ask(broker, "nobody", "--failed")).isEqualTo(1);
            assertThat(err.toString()).contains("run nobody has no checkpoints; there are runs [learned, supervised]");
            assertThat(ask(broker, "learned", "--checkpoint", "41")).isEqualTo(1);
            assertThat(err.toString()).contains("run learned has no checkpoint of step 41; its newest is 40");
            assertThat(vito("evaluate", "--task", "knn", "-b", broker.bootstrapServers()))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("which run? give --run ID");
            assertThat(ask(broker, "learned", "--task", "linear", "--data-set", "flowers"))
                    .isZero();
            assertThat(out.toString()).contains("asked for linear on flowers of 1 checkpoints of run learned");
            assertThat(ask(broker, "learned", "--checkpoint", "40", "--failed")).isZero();
            List<EvaluationRequest> asked = requests(kafka);
            assertThat(asked)
                    .extracting(EvaluationRequest::getTask, EvaluationRequest::getDataSet, EvaluationRequest::hasStep)
                    .containsExactly(Tuple.tuple("linear", "flowers", false), Tuple.tuple("", "", true));
            assertThat(asked.get(1).getFailed()).isTrue();
            Path nothing = Files.createDirectory(directory.resolve("nothing"));
            assertThat(vito("announce", nothing.toString(), "--run", "none", "-b", broker.bootstrapServers()))
                    .isEqualTo(1);
            assertThat(err.toString()).contains("nothing holds no network: expected model.json");
        }
    }

    @Test
    void namesAreChecked() {
        List<String> bad = new ArrayList<>();
        for (String run : List.of("a/b", "", "..\u00e4")) {
            bad.add(run + "=" + vito("announce", directory.toString(), "--run", run, "-b", "localhost:1"));
        }
        assertThat(bad).allMatch(line -> line.endsWith("=2"));
    }

    private int ask(EmbeddedBroker broker, String run, String... more) {
        List<String> words = new ArrayList<>(List.of("evaluate", "-b", broker.bootstrapServers(), "--run", run));
        words.addAll(List.of(more));
        return vito(words.toArray(String[]::new));
    }

    private static List<EvaluationRequest> requests(KafkaAccess kafka) {
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(new HashMap<String, Object>(kafka.consumer("test")))) {
            TopicPartition partition = new TopicPartition(Topics.EVALUATION_REQUESTS.name(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<EvaluationRequest> requests = new ArrayList<>();
            while (requests.size() < 2) { // ended by the test's time limit
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> requests.add(Topics.EVALUATION_REQUESTS.read(record)));
            }
            return requests;
        }
    }
}
