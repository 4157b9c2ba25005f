package org.vito.protocol;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

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
        return new Settings(config.getConfig(path), path);
    }

    /** The settings one level further down. */
    public Settings in(String key) {
        return new Settings(read(key, config::getConfig, "a group of settings"), path + "." + key);
    }

    public String text(String key) {
        return read(key, config::getString, "text");
    }

    public List<String> texts(String key) {
        return List.copyOf(read(key, config::getStringList, "a list of texts"));
    }

    public boolean flag(String key) {
        return read(key, config::getBoolean, "true or false");
    }

    public int whole(String key, int least, int most) {
        int value = read(key, config::getInt, "a whole number");
        check(key, value >= least && value <= most, "a whole number from " + least + " to " + most);
        return value;
    }

    public long whole(String key, long least, long most) {
        long value = read(key, config::getLong, "a whole number");
        check(key, value >= least && value <= most, "a whole number from " + least + " to " + most);
        return value;
    }

    public List<Integer> wholes(String key) {
        return List.copyOf(read(key, config::getIntList, "a list of whole numbers"));
    }

    public double number(String key, double least, double most) {
        double value = read(key, config::getDouble, "a number");
        check(key, value >= least && value <= most, "a number from " + least + " to " + most);
        return value;
    }

    public long bytes(String key, long least) {
        long value = read(key, config::getBytes, "a size such as 64MiB");
        check(key, value >= least, "at least " + least + " bytes");
        return value;
    }

    public Duration duration(String key) {
        Duration value = read(key, config::getDuration, "a duration such as 5s");
        check(key, !value.isNegative(), "a duration of at least 0");
        return value;
    }

    public Path path(String key) {
        return Path.of(text(key));
    }

    /** One of an enum's constants, written in lower case with hyphens. */
    public <E extends Enum<E>> E choice(String key, Class<E> type) {
        String value = text(key);
        for (E constant : type.getEnumConstants()) {
            if (word(constant).equals(value.toLowerCase(Locale.ROOT))) {
                return constant;
            }
        }
        List<String> words =
                List.of(type.getEnumConstants()).stream().map(Settings::word).toList();
        throw refuse(key, "one of " + String.join(", ", words));
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

    private VitoException refuse(String key, String expected) {
        var value = config.getValue(key);
        return new VitoException(
                Reason.BAD_SETTING,
                "%s.%s = %s: expected %s (%s)"
                        .formatted(
                                path,
                                key,
                                value.render(com.typesafe.config.ConfigRenderOptions.concise()),
                                expected,
                                value.origin().description()));
    }

    private <T> T read(String key, Function<String, T> reader, String expected) {
        try {
            return reader.apply(key);
        } catch (ConfigException e) {
            throw new VitoException(
                    Reason.BAD_SETTING, "%s.%s: expected %s; %s".formatted(path, key, expected, e.getMessage()), e);
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
