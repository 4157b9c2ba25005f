package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.FrozenEncoder;
import picocli.CommandLine;

@NullUnmarked // JUnit fills the fields
class ImportCommandTest {
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

    private int vito(String... words) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        List<String> all = new ArrayList<>();
        Collections.addAll(all, words);
        all.addAll(List.of("--data", data.toString()));
        return command.execute(all.toArray(String[]::new));
    }

    private Path exported() {
        Path file = directory.resolve("backbone.safetensors");
        assertThat(vito("export", "--checkpoint", "tiny@7", "--out", file.toString()))
                .as(err::toString)
                .isZero();
        return file;
    }

    @Test
    void whatWasExportedComesBackBitForBit() throws Exception {
        Path file = exported();
        Path taken = directory.resolve("taken");
        assertThat(vito("import", file.toString(), "--out", taken.toString()))
                .as(err::toString)
                .isZero();
        try (FrozenEncoder encoder = FrozenEncoder.open(taken)) {
            assertThat(encoder.dimension()).isPositive();
        }
        Path again = directory.resolve("again.safetensors");
        assertThat(vito("export", "--checkpoint", taken.toString(), "--out", again.toString()))
                .as(err::toString)
                .isZero();
        assertThat(Files.mismatch(file, again)).isEqualTo(-1);
    }

    @Test
    void anotherArchitectureIsRefusedWithTheTensorsThatDiffer() {
        Path taken = directory.resolve("taken");
        int code = vito("import", exported().toString(), "--architecture", "resnet50", "--out", taken.toString());
        assertThat(code).isNotZero();
        assertThat(err.toString()).contains("conv1.weight of shape", "expected [64, 3, 7, 7]");
        assertThat(taken).doesNotExist();
    }

    @Test
    void aDirectoryThatHoldsANetworkIsLeftAlone() {
        Path file = exported();
        Path taken = directory.resolve("taken");
        assertThat(vito("import", file.toString(), "--out", taken.toString())).isZero();
        assertThat(vito("import", file.toString(), "--out", taken.toString())).isNotZero();
        assertThat(err.toString()).contains("holds a network already");
    }
}
