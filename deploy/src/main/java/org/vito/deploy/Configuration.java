package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Puts the settings together. From the strongest: {@code -D} overrides, the command's own options, the file given with
 * {@code --config}, the preset, and every module's {@code reference.conf}. A key of the user's that no module knows is
 * refused, with the file and line it stands in, since a misspelt setting that is silently ignored costs days.
 */
final class Configuration {
    private Configuration() {}

    /**
     * The resolved configuration.
     *
     * @param overrides values given with {@code -D}, by key
     * @param options what other options of the command mean, as settings
     * @param file HOCON of the user's, or null
     * @param resources built-in settings below the user's, the strongest first, e.g. {@code presets/small}
     * @throws VitoException {@link Reason#BAD_SETTING} if anything cannot be read or is not known
     */
    static Config of(Map<String, String> overrides, Config options, @Nullable Path file, List<String> resources) {
        try {
            Config user = given(overrides).withFallback(options).withFallback(file == null ? empty() : read(file));
            Config base = empty();
            for (String resource : resources) {
                base = base.withFallback(resource(resource));
            }
            Config known = base.withFallback(ConfigFactory.defaultReferenceUnresolved());
            Config all = ConfigFactory.defaultOverrides()
                    .withFallback(user)
                    .withFallback(base)
                    .withFallback(resource("vito-wiring"))
                    .withFallback(known)
                    .resolve();
            refuseUnknown(user.resolveWith(all), known.resolve());
            return all;
        } catch (ConfigException e) {
            throw new VitoException(Reason.BAD_SETTING, "settings cannot be read: " + e.getMessage(), e);
        }
    }

    private static Config empty() {
        return ConfigFactory.empty();
    }

    private static Config given(Map<String, String> overrides) {
        Config config = empty();
        for (Map.Entry<String, String> entry : overrides.entrySet()) {
            config = config.withFallback(given(entry.getKey(), entry.getValue()));
        }
        return config;
    }

    private static Config given(String key, String value) {
        String origin = "-D" + key + " on the command line";
        if (value.startsWith("[") || value.startsWith("{") || value.startsWith("\"")) {
            return ConfigFactory.parseString(
                    key + " = " + value, ConfigParseOptions.defaults().setOriginDescription(origin));
        }
        return empty().withValue(key, ConfigValueFactory.fromAnyRef(value, origin));
    }

    private static Config read(Path file) {
        if (!Files.isReadable(file)) {
            throw new VitoException(
                    Reason.BAD_SETTING, "settings file " + file.toAbsolutePath() + " is not there or cannot be read");
        }
        return ConfigFactory.parseFile(
                file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
    }

    private static Config resource(String name) {
        ClassLoader loader = Configuration.class.getClassLoader();
        if (loader.getResource(name + ".conf") == null) {
            throw new VitoException(Reason.BAD_SETTING, "there are no built-in settings named '" + name + "'");
        }
        return ConfigFactory.parseResources(loader, name + ".conf");
    }

    private static void refuseUnknown(Config user, Config known) {
        if (!user.hasPath("vito")) {
            return;
        }
        for (Map.Entry<String, ConfigValue> entry : user.getConfig("vito").entrySet()) {
            String key = "vito." + entry.getKey();
            if (!isKnown(key, known)) {
                throw new VitoException(
                        Reason.BAD_SETTING,
                        "setting %s is not known (%s)%s"
                                .formatted(
                                        key,
                                        entry.getValue().origin().description(),
                                        nearest(key, known)
                                                .map(k -> "; did you mean " + k + "?")
                                                .orElse("")));
            }
        }
    }

    /** Whether a module has {@code key}, or an empty group above it that takes any key. */
    private static boolean isKnown(String key, Config known) {
        if (known.hasPathOrNull(key)) {
            return true;
        }
        List<String> names = ConfigUtil.splitPath(key);
        for (int length = names.size() - 1; length > 0; length--) {
            String above = ConfigUtil.joinPath(names.subList(0, length));
            if (known.hasPath(above)) {
                return known.getValue(above).valueType() == ConfigValueType.OBJECT
                        && known.getConfig(above).isEmpty();
            }
        }
        return false;
    }

    private static Optional<String> nearest(String key, Config known) {
        return known.getConfig("vito").entrySet().stream()
                .map(e -> "vito." + e.getKey())
                .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
                .filter(candidate -> distance(key, candidate) <= 6);
    }

    /** Least number of insertions, deletions and replacements of a character (Levenshtein). */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
