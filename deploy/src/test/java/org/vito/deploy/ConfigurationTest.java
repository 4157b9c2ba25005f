package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

@NullUnmarked // JUnit fills the fields
class ConfigurationTest {
    @TempDir
    Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("my.conf"), text);
    }

    private static Config of(Map<String, String> overrides, Config options, Path file) {
        return Configuration.of(overrides, options, file, List.of());
    }

    @Test
    void theStrongestLayerWins() throws IOException {
        Path file = file("vito.data = from-file\nvito.broker.port = 1\nvito.demo.seed = 3");
        Config options = CommonOptions.with(ConfigFactory.empty(), "vito.data", "from-option", "--data");
        Config config = of(Map.of("vito.broker.port", "2"), options, file);
        assertThat(config.getString("vito.data")).isEqualTo("from-option");
        assertThat(config.getInt("vito.broker.port")).isEqualTo(2);
        assertThat(config.getInt("vito.demo.seed")).isEqualTo(3);
        assertThat(config.getDuration("vito.broker.stop-timeout").toSeconds()).isEqualTo(20);
    }

    @Test
    void aMisspeltKeyIsRefusedWithItsFileItsLineAndTheRightOne() throws IOException {
        Path file = file("\nvito.broker {\n  prot = 9092\n}");
        assertThatThrownBy(() -> of(Map.of(), ConfigFactory.empty(), file))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_SETTING))
                .hasMessageContaining("vito.broker.prot")
                .hasMessageContaining("my.conf: 3")
                .hasMessageContaining("did you mean vito.broker.port?");
    }

    @Test
    void aValueOutOfRangeIsRefusedWithKeyValueRangeFileAndLine() throws IOException {
        Config config = of(Map.of(), ConfigFactory.empty(), file("vito.broker.port = 70000"));
        assertThatThrownBy(() -> BrokerSettings.from(config))
                .hasMessageContaining("vito.broker.port = 70000")
                .hasMessageContaining("65535")
                .hasMessageContaining("my.conf: 1");
    }

    @Test
    void aValueOnTheCommandLineIsNamedAsSuch() {
        Config config = of(Map.of("vito.broker.port", "many"), ConfigFactory.empty(), null);
        assertThatThrownBy(() -> BrokerSettings.from(config))
                .hasMessageContaining("vito.broker.port")
                .hasMessageContaining("-Dvito.broker.port on the command line");
    }

    @Test
    void whatIsNoHoconIsRefusedWithItsLine() throws IOException {
        Path file = file("vito {\n  data = [\n");
        assertThatThrownBy(() -> of(Map.of(), ConfigFactory.empty(), file))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("my.conf");
    }

    @Test
    void aMissingFileIsNamed() {
        Path missing = directory.resolve("missing.conf");
        assertThatThrownBy(() -> of(Map.of(), ConfigFactory.empty(), missing))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void clientPropertiesKeepTheirDotsHoweverTheyAreWritten() throws IOException {
        Path file = file("vito.kafka.properties { security.protocol = SSL, \"ssl.key.password\" = x }");
        Config config = of(Map.of(), ConfigFactory.empty(), file);
        assertThat(KafkaAddress.access(config, "h:1").properties())
                .containsOnly(Map.entry("security.protocol", "SSL"), Map.entry("ssl.key.password", "x"));
    }

    @Test
    void aFileMayReferToOtherSettings() throws IOException {
        Path file = file("vito.data = /d\nvito.broker.directory = ${vito.data}/b");
        assertThat(BrokerSettings.from(of(Map.of(), ConfigFactory.empty(), file))
                        .directory())
                .isEqualTo(Path.of("/d/b"));
    }

    @Test
    void theBuiltInSettingsOfTheDemoAreKnownToTheModules() {
        assertThat(Configuration.of(Map.of(), ConfigFactory.empty(), null, List.of("demo", "presets/small")))
                .isNotNull();
        Config demo = ConfigFactory.parseResources("demo.conf").getConfig("vito");
        Config reference = ConfigFactory.defaultReference().getConfig("vito");
        assertThat(demo.entrySet()).allSatisfy(e -> assertThat(reference.hasPathOrNull(e.getKey()))
                .as(e.getKey())
                .isTrue());
    }

    @Test
    void distanceCountsEdits() {
        assertThat(Configuration.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(Configuration.distance("", "abc")).isEqualTo(3);
        assertThat(Configuration.distance("same", "same")).isZero();
    }
}
