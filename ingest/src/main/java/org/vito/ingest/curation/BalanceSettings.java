package org.vito.ingest.curation;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.vito.protocol.Reason;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;

/**
 * How many videos of each class are wanted; every key is explained in {@code reference.conf} under {@code
 * vito.ingest.curate.balance}.
 *
 * @param usual for classes that are not named
 * @param classes those that are, by their names
 */
public record BalanceSettings(Limits usual, Map<String, Limits> classes) {
    private static final int MOST = 1_000_000_000;
    private static final Set<String> KEYS = Set.of("cap", "target");

    /**
     * How many videos a class may have and should have.
     *
     * @param cap 0 = any number
     * @param target 0 = none
     */
    public record Limits(int cap, int target) {}

    public BalanceSettings {
        classes = Map.copyOf(classes);
    }

    /** Reads and checks them. */
    public static BalanceSettings from(Settings s) {
        Limits usual = limits(s);
        Map<String, Limits> classes = new LinkedHashMap<>();
        Settings named = s.in("classes");
        for (String name : named.config().root().keySet()) {
            String key = ConfigUtil.joinPath(name);
            Settings one = named.in(key);
            for (String given : one.config().root().keySet()) {
                one.check(ConfigUtil.joinPath(given), KEYS.contains(given), "one of the keys " + KEYS);
            }
            classes.put(name, limits(one, usual));
        }
        return new BalanceSettings(usual, classes);
    }

    private static Limits limits(Settings s) {
        return checked(s, new Limits(s.whole("cap", 0, MOST), s.whole("target", 0, MOST)));
    }

    private static Limits limits(Settings s, Limits usual) {
        try {
            return checked(
                    s,
                    new Limits(
                            s.config().hasPath("cap") ? s.whole("cap", 0, MOST) : usual.cap(),
                            s.config().hasPath("target") ? s.whole("target", 0, MOST) : usual.target()));
        } catch (ConfigException e) {
            throw new VitoException(Reason.BAD_SETTING, "vito.ingest.curate.balance.classes: " + e.getMessage(), e);
        }
    }

    private static Limits checked(Settings s, Limits limits) {
        s.check(
                "target",
                limits.cap() == 0 || limits.target() <= limits.cap(),
                "no more than the cap, which is " + limits.cap());
        return limits;
    }

    /** What holds for {@code category}. */
    public Limits of(String category) {
        return classes.getOrDefault(category, usual);
    }
}
