package org.vito.protocol;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings from HOCON and checks them: a value that is missing, of another type or out of range is refused with
 * its key, the value, what is allowed and the file and line it came from.
 */
public final class Settings {
    private final Config config;
    private final String path;

    private Settings(Config config, String path) {
        this.config = config;
        this.path = path;
    }

    /** The settings below {@code path}, e.g. {@code vito.decode}. */
    public static Settings at(Config config, String path) {
        return new Settings(new Settings(config, "").read(path, config::getConfig, "a group of settings"), path);
    }

    /** The settings one level further down. */
    public Settings in(String key) {
        return new Settings(read(key, config::getConfig, "a group of settings"), path + "." + key);
    }

    /** Text, possibly empty. */
    public String text(String key) {
        return read(key, config::getString, "text");
    }

    /** A list of texts, possibly empty. */
    public List<String> texts(String key) {
        return List.copyOf(read(key, config::getStringList, "a list of texts"));
    }

    /** True or false. */
    public boolean flag(String key) {
        return read(key, config::getBoolean, "true or false");
    }

    /** A whole number from {@code least} to {@code most}, both included. */
    public int whole(String key, int least, int most) {
        return (int) whole(key, (long) least, (long) most);
    }

    /** A whole number from {@code least} to {@code most}, both included. */
    public long whole(String key, long least, long most) {
        String expected = "a whole number from " + least + " to " + most;
        long value = read(key, config::getLong, expected);
        double exactly = read(key, config::getDouble, expected); // HOCON would read 2.7 as 2, which nobody means
        check(key, exactly == Math.rint(exactly) && value >= least && value <= most, expected);
        return value;
    }

    /** A list of whole numbers of any size. */
    public List<Integer> wholes(String key) {
        return List.copyOf(read(key, config::getIntList, "a list of whole numbers"));
    }

    /** A list of numbers of any size. */
    public List<Double> numbers(String key) {
        return List.copyOf(read(key, config::getDoubleList, "a list of numbers"));
    }

    /** A finite number from {@code least} to {@code most}, both included. */
    public double number(String key, double least, double most) {
        double value = read(key, config::getDouble, "a number from " + least + " to " + most);
        check(key, Double.isFinite(value) && value >= least && value <= most, "a number from " + least + " to " + most);
        return value;
    }

    /** A size in bytes of at least {@code least}, written with or without a unit: {@code 64MiB}. */
    public long bytes(String key, long least) {
        long value = read(key, config::getBytes, "a size such as 64MiB");
        check(key, value >= least, "at least " + least + " bytes");
        return value;
    }

    /** A duration of at least 0, written with or without a unit (milliseconds): {@code 5s}. */
    public Duration duration(String key) {
        Duration value = read(key, config::getDuration, "a duration such as 5s");
        check(key, !value.isNegative(), "a duration of at least 0");
        return value;
    }

    /** A path of the file system, absolute or not; it need not exist. */
    public Path path(String key) {
        try {
            return Path.of(text(key));
        } catch (InvalidPathException e) {
            throw refuse(key, "a path");
        }
    }

    /** One of an enum's constants, written in lower case with hyphens. */
    public <E extends Enum<E>> E choice(String key, Class<E> type) {
        String value = text(key);
        List<E> constants = List.of(type.getEnumConstants());
        return constants.stream()
                .filter(c -> word(c).equals(value.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> refuse(
                        key, constants.stream().map(Settings::word).collect(Collectors.joining(", ", "one of ", ""))));
    }

    /** Refuses the value of {@code key} unless {@code ok}. */
    public void check(String key, boolean ok, String expected) {
        if (!ok) {
            throw refuse(key, expected);
        }
    }

    /** The configuration itself, for what has no checked reader here. */
    public Config config() {
        return config;
    }

    private <T> T read(String key, Function<String, T> reader, String expected) {
        try {
            return reader.apply(key);
        } catch (ConfigException e) {
            VitoException refused = refuse(key, expected);
            refused.initCause(e);
            throw refused;
        }
    }

    private VitoException refuse(String key, String expected) {
        String name = path.isEmpty() ? key : path + "." + key;
        ConfigValue value = present(key);
        String what = value == null
                ? "%s is not set: expected %s (%s)"
                        .formatted(name, expected, config.origin().description())
                : "%s = %s: expected %s (%s)"
                        .formatted(
                                name,
                                value.render(ConfigRenderOptions.concise()),
                                expected,
                                value.origin().description());
        return new VitoException(Reason.BAD_SETTING, what);
    }

    private @Nullable ConfigValue present(String key) {
        try {
            return config.hasPath(key) ? config.getValue(key) : null;
        } catch (ConfigException e) { // null, or below something that is no group
            return null;
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
