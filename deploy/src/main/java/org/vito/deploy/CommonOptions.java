package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options that every command has. */
@Command
final class CommonOptions {
    /** Where settings come from. */
    static final class SettingsOptions {
        @Option(
                names = {"-c", "--config"},
                paramLabel = "FILE",
                description = "Settings in HOCON, above the built-in ones.")
        @Nullable
        Path config;

        @Option(
                names = "-D",
                paramLabel = "KEY=VALUE",
                mapFallbackValue = "true",
                description = "One setting, above all others; may be given many times.")
        Map<String, String> overrides = new LinkedHashMap<>();

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "Directory for everything that survives a restart (default: vito-data).")
        @Nullable
        Path data;

        @Option(
                names = {"-v", "--verbose"},
                description = "More words, and stack traces of failures.")
        boolean verbose;
    }

    /** How Kafka is reached. */
    static final class KafkaOptions {
        @Option(
                names = {"-b", "--bootstrap-servers"},
                paramLabel = "HOST:PORT,…",
                description = "An existing Kafka; otherwise the embedded broker of the data directory.")
        @Nullable
        String bootstrapServers;

        @Option(
                names = "--client-properties",
                paramLabel = "FILE",
                description = "Kafka client properties (security, time-outs) for every client.")
        @Nullable
        Path clientProperties;
    }

    @ArgGroup(validate = false, order = 80, heading = "%nSettings:%n")
    SettingsOptions settings = new SettingsOptions();

    @ArgGroup(validate = false, order = 90, heading = "%nKafka:%n")
    KafkaOptions kafka = new KafkaOptions();

    boolean verbose() {
        return settings.verbose;
    }

    /** These options and {@code more} as one configuration, over {@code resources}; see {@link Configuration#of}. */
    Config configuration(Config more, List<String> resources) {
        return Configuration.of(settings.overrides, more.withFallback(asSettings()), settings.config, resources);
    }

    private Config asSettings() {
        Config config = ConfigFactory.empty();
        if (settings.data != null) {
            config = with(config, "vito.data", settings.data.toString(), "--data");
        }
        if (kafka.bootstrapServers != null) {
            config = with(config, "vito.kafka.bootstrap-servers", kafka.bootstrapServers, "--bootstrap-servers");
        }
        if (kafka.clientProperties != null) {
            config = with(config, "vito.kafka.properties", read(kafka.clientProperties), "--client-properties");
        }
        return config;
    }

    /** {@code config} with one value more, remembered as coming from {@code option}. */
    static Config with(Config config, String key, Object value, String option) {
        return config.withValue(key, ConfigValueFactory.fromAnyRef(value, option + " on the command line"));
    }

    private static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new VitoException(
                    Reason.BAD_SETTING, "--client-properties " + file.toAbsolutePath() + " cannot be read: " + e, e);
        }
        Map<String, String> map = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
        return map;
    }
}
