package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.FrozenEncoder;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.v1.CheckpointAnnouncement;
import picocli.CommandLine;

@NullUnmarked // JUnit fills the fields
@Timeout(120)
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
}
