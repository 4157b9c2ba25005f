package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.learner.weights.SafetensorsFile;
import picocli.CommandLine;

@NullUnmarked // JUnit fills the fields
class ExportCommandTest {
    @TempDir
    static Path data;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void train() {
        TinyRun.write(data, "tiny");
    }

    private int export(String part, Path file) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(
                "export",
                "--data",
                data.toString(),
                "--checkpoint",
                "tiny@7",
                "--part",
                part,
                "--out",
                file.toString());
    }

    private static Path checkpoint() {
        return Checkpoints.directory(data, "tiny").resolve("step-00000007");
    }

    private static void checkBackbone(Path exported, Path original) {
        try (SafetensorsFile file = SafetensorsFile.open(exported);
                SafetensorsFile from = SafetensorsFile.open(original)) {
            assertThat(file.names())
                    .contains("conv1.weight", "layer4.1.bn2.running_var", "layer2.0.downsample.0.weight");
            long backbone = from.names().stream()
                    .filter(name -> name.startsWith("backbone."))
                    .count();
            assertThat(file.names()).hasSize((int) backbone);
            for (String name : file.names()) {
                assertThat(file.shape(name)).isEqualTo(from.shape("backbone." + name));
                assertThat(file.read(name)).as(name).isEqualTo(from.read("backbone." + name));
            }
        }
    }

    @Test
    void backboneUnderTimmsNames() {
        Path file = directory.resolve("backbone.safetensors");
        assertThat(export("backbone", file)).as(err::toString).isZero();
        assertThat(out.toString()).contains("tensors of", "step-00000007");
        checkBackbone(file, checkpoint().resolve("online.safetensors"));
    }

    @Test
    void targetsBackbone() {
        Path file = directory.resolve("target.safetensors");
        assertThat(export("target", file)).as(err::toString).isZero();
        checkBackbone(file, checkpoint().resolve("target.safetensors"));
    }

    @Test
    void theWholeNetwork() throws Exception {
        Path file = directory.resolve("all.safetensors");
        assertThat(export("all", file)).as(err::toString).isZero();
        try (SafetensorsFile exported = SafetensorsFile.open(file)) {
            assertThat(exported.names())
                    .contains("backbone.conv1.weight", "attention.0.fc1.weight", "projector.3.weight");
        }
        assertThat(Files.mismatch(file, checkpoint().resolve("online.safetensors")))
                .isEqualTo(-1);
    }

    @Test
    void aSavedModelIsADirectory() {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        Path saved = directory.resolve("saved");
        assertThat(command.execute(
                        "export", "--data", data.toString(), "--checkpoint", "tiny", "--out", saved.toString()))
                .isZero();
        assertThat(saved.resolve("saved_model.pb")).exists();
        assertThat(out.toString()).contains("SavedModel");
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() {
        Path nowhere = directory.resolve("no/file.safetensors");
        assertThat(export("backbone", nowhere)).isEqualTo(1);
        assertThat(err.toString()).contains(nowhere.getParent().toString());
    }
}
