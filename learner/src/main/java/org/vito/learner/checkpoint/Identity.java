package org.vito.learner.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.vito.protocol.Reason;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

/**
 * The settings that decide what is learned. Two runs of one identity and one topic learn the same; a checkpoint can be
 * continued only under the identity it was made with.
 *
 * @param settings full keys and their values, one text for values that mean the same
 * @param others the same of settings beside them that change how, not what, is learned; kept for the reader
 */
public record Identity(SortedMap<String, String> settings, SortedMap<String, String> others) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public Identity {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        others = Collections.unmodifiableSortedMap(new TreeMap<>(others));
    }

    /**
     * Everything below {@code roots} but what lies below a path of {@code without}.
     *
     * @param without full paths of settings or groups that change how, not what, is learned
     */
    public static Identity of(Config config, Collection<String> roots, Collection<String> without) {
        TreeMap<String, String> settings = new TreeMap<>();
        TreeMap<String, String> others = new TreeMap<>();
        for (String root : roots) {
            if (config.hasPath(root)) {
                config.getConfig(root).entrySet().forEach(entry -> {
                    String key = root + "." + entry.getKey();
                    boolean other = without.stream().anyMatch(w -> key.equals(w) || key.startsWith(w + "."));
                    (other ? others : settings).put(key, plain(entry.getValue().unwrapped()));
                });
            }
        }
        return new Identity(settings, others);
    }

    /** Numbers may be given as text, and in many ways: on the command line all values are. */
    private static String plain(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(Identity::plain).toList().toString();
        }
        String text = String.valueOf(value);
        try {
            return new BigDecimal(text).stripTrailingZeros().toPlainString();
        } catch (NumberFormatException e) {
            return text;
        }
    }

    /** SHA-256 of {@link #toJson}. */
    public String digest() {
        return Sha256.of(toJson());
    }

    /** One JSON object of keys and values, keys in order. */
    byte[] toJson() {
        return json(settings);
    }

    /** As {@link #toJson}, with the other settings among them. */
    byte[] allToJson() {
        TreeMap<String, String> all = new TreeMap<>(settings);
        all.putAll(others);
        return json(all);
    }

    private static byte[] json(SortedMap<String, String> settings) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(settings);
        } catch (JsonProcessingException e) {
            throw new VitoException(Reason.INTERNAL, "settings cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    static Identity fromJson(byte[] json) throws IOException {
        return new Identity(JSON.readValue(json, new TypeReference<TreeMap<String, String>>() {}), new TreeMap<>());
    }

    /** A phrase for each key that is not the same in {@code checkpoint}. */
    List<String> differences(Identity checkpoint) {
        TreeSet<String> keys = new TreeSet<>(settings.keySet());
        keys.addAll(checkpoint.settings.keySet());
        List<String> differences = new ArrayList<>();
        for (String key : keys) {
            String here = settings.getOrDefault(key, "unset");
            String there = checkpoint.settings.getOrDefault(key, "unset");
            if (!here.equals(there)) {
                differences.add("%s is %s, was %s".formatted(key, here, there));
            }
        }
        return differences;
    }
}
