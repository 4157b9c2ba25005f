package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

@NullUnmarked // JUnit fills the fields
class CommandLineTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().keySet().stream().filter(name -> !name.equals("help"));
    }

    /** Those, and their parts: {@code bench learner}. */
    static Stream<String> commandsAndParts() {
        return Main.commandLine().getSubcommands().entrySet().stream()
                .filter(command -> !command.getKey().equals("help"))
                .flatMap(command -> Stream.concat(
                        Stream.of(command.getKey()),
                        command.getValue().getSubcommands().keySet().stream()
                                .map(part -> command.getKey() + " " + part)));
    }

    private static CommandSpec spec(String[] words) {
        CommandLine command = Main.commandLine();
        for (String word : words) {
            command = command.getSubcommands().get(word);
        }
        return command.getCommandSpec();
    }

    private int execute(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    @ParameterizedTest
    @MethodSource("commandsAndParts")
    void helpDescribesEveryOptionAndGivesAnExample(String name) {
        CommandSpec spec = spec(name.split(" "));
        assertThat(spec.options()).isNotEmpty().allSatisfy(option -> assertThat(option.description())
                .as(option.longestName())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).isNotBlank()));
        assertThat(execute((name + " --help").split(" "))).isZero();
        String help = out.toString();
        assertThat(help).contains("vito " + name, "Example", "Exit codes");
        spec.options().forEach(option -> assertThat(help).contains(option.longestName()));
    }

    @Test
    void helpListsEveryCommand() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains(commands().toArray(String[]::new));
    }

    @Test
    void helpOfRunListsEveryPresetWithALine() {
        assertThat(execute("help", "run")).isZero();
        Presets.of(Main.class.getClassLoader()).descriptions().forEach((name, description) -> assertThat(
                        out.toString().replaceAll("\\s+", " "))
                .contains(name + " " + description));
        assertThat(out.toString()).contains("small", "paper", "moclr", "sampling-chunks");
    }

    @Test
    void anUnknownPresetIsSaidInOneLineWithTheKnownOnes() {
        assertThat(execute("doctor", "--preset", "small,mocrl")).isEqualTo(2);
        assertThat(err.toString().strip().lines()).hasSize(1);
        assertThat(err.toString()).contains("--preset mocrl is not known", "moclr", "paper, ", "small");
    }

    @Test
    void aMissingOrUnknownCommandIsBadUsage() {
        assertThat(execute()).isEqualTo(2);
        assertThat(err.toString()).contains("a command is missing");
        assertThat(execute("runn")).isEqualTo(2);
        assertThat(err.toString()).contains("runn");
    }

    @Test
    void anUnknownOptionIsBadUsage() {
        assertThat(execute("run", "--vidoes", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("--vidoes");
    }

    @Test
    void aMissingDirectoryIsSaidInOneLine() {
        Path missing = directory.resolve("nowhere");
        assertThat(execute("run", "--videos", missing.toString())).isEqualTo(2);
        assertThat(err.toString().strip())
                .isEqualTo("vito: --videos " + missing + " is not a directory")
                .doesNotContain("\tat ");
    }

    @Test
    void aMisspeltSettingIsSaidInOneLine() {
        assertThat(execute("status", "-D", "vito.broker.prot=1")).isEqualTo(2);
        assertThat(err.toString().strip().lines()).hasSize(1);
        assertThat(err.toString()).contains("vito.broker.prot", "vito.broker.port");
    }

    @Test
    void withoutAKafkaARoleSaysHowToNameOne() {
        assertThat(execute("status", "--data", directory.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("--bootstrap-servers", directory.toString());
    }

    @Test
    void verboseAddsTheStackTrace() {
        assertThat(execute("status", "--data", directory.toString(), "--verbose"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("\tat org.vito.deploy.KafkaAddress");
    }

    @Test
    void submittingAMissingFileNamesIt() {
        Path missing = directory.resolve("missing.mp4");
        assertThat(execute("submit", missing.toString())).isEqualTo(2);
        assertThat(err.toString()).contains(missing.toString());
    }
}
