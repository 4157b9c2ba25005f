package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vito.augment.AugmentSettings;
import org.vito.augment.FrameSampling.Scheme;
import org.vito.decode.DecodeSettings;
import org.vito.learner.LearnerSettings;
import org.vito.protocol.VitoException;
import picocli.CommandLine;

class PresetsTest {
    private static final Presets PRESETS = Presets.of(Main.class.getClassLoader());

    static Stream<String> names() {
        return PRESETS.descriptions().keySet().stream();
    }

    private static Config with(String... presets) {
        return Configuration.of(Map.of(), ConfigFactory.empty(), null, PRESETS.resources(List.of(presets)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyPresetIsWholeByItselfAndOverSmall(String name) {
        for (Config config : List.of(with(name), with("small", name))) {
            int views = LearnerSettings.from(config).model().views();
            assertThat(AugmentSettings.from(config).views()).isEqualTo(views);
            assertThat(DecodeSettings.from(config).window().framesPerClip()).isGreaterThanOrEqualTo(views);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyPresetSetsOnlyWhatAModuleKnows(String name) {
        Config reference = ConfigFactory.defaultReference();
        assertThat(ConfigFactory.parseResources("presets/" + name + ".conf").entrySet())
                .isNotEmpty()
                .allSatisfy(e -> assertThat(reference.hasPathOrNull(e.getKey()))
                        .as(e.getKey())
                        .isTrue());
    }

    @Test
    void laterPresetsWin() {
        Config moclr = with("small", "moclr");
        assertThat(LearnerSettings.from(moclr).model().clips()).isEqualTo(32);
        assertThat(LearnerSettings.from(moclr).model().views()).isEqualTo(2);
        var pooling = LearnerSettings.from(moclr).model().network().pooling();
        assertThat(Objects.requireNonNull(pooling).groups()).containsExactly(4);
        assertThat(AugmentSettings.from(moclr).sampling().scheme()).isEqualTo(Scheme.SAME);
        assertThat(AugmentSettings.from(moclr).scaleMin()).isEqualTo(0.08);
        assertThat(AugmentSettings.from(with("moclr", "sampling-chunks"))
                        .sampling()
                        .scheme())
                .isEqualTo(Scheme.CHUNKS);
        assertThat(AugmentSettings.from(with("sampling-chunks", "moclr"))
                        .sampling()
                        .scheme())
                .isEqualTo(Scheme.SAME);
    }

    @Test
    void namesMayStandApartOrTogether() {
        assertThat(resources()).containsExactly("presets/small");
        assertThat(resources("--preset", "small,moclr")).containsExactly("presets/moclr", "presets/small");
        assertThat(resources("--preset", "small", "--preset", "moclr"))
                .containsExactly("presets/moclr", "presets/small");
    }

    private static List<String> resources(String... arguments) {
        RunCommand command = new RunCommand();
        new CommandLine(command).parseArgs(arguments);
        return command.run.presetResources();
    }

    @Test
    void jarsAndDirectoriesAreListed(@TempDir Path directory) throws IOException {
        Files.writeString(
                Files.createDirectory(directory.resolve("presets")).resolve("a.conf"), "# One.\nvito.data = a");
        Path jar = directory.resolve("b.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new ZipEntry("presets/"));
            out.putNextEntry(new ZipEntry("presets/b.conf"));
            out.write("# Two.\n".getBytes(StandardCharsets.UTF_8));
            out.putNextEntry(new ZipEntry("other/c.conf"));
        }
        URL[] places = {directory.toUri().toURL(), jar.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(places, null)) {
            Presets presets = Presets.of(loader);
            assertThat(presets.descriptions()).isEqualTo(Map.of("a", "One.", "b", "Two."));
            assertThatThrownBy(() -> presets.resources(List.of("a", "c")))
                    .isInstanceOf(VitoException.class)
                    .hasMessage("--preset c is not known; expected one of a, b");
        }
    }
}
