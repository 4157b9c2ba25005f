package org.vito.ingest.curation;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * The classes of a target distribution with the names that titles may call them by, e.g. the 1,000 of ImageNet with their
 * WordNet lemmas. A name may belong to several classes ("crane").
 */
public final class Vocabulary {
    private static final Pattern LINE = Pattern.compile("(?:n[0-9]{8}\\s+)?(.*)");

    private final List<List<String>> names;
    private final List<String> labels;

    private Vocabulary(List<List<String>> names) {
        this.names = names;
        this.labels = labels(names);
    }

    /**
     * Reads a file of a class a line, in the order of the classifier's outputs: names, the usual one first, with commas between
     * them, and, if so, behind the class's WordNet id ({@code n02006656 spoonbill, ...}). UTF-8.
     *
     * @throws VitoException BAD_DATA_SET if it is not there, or a line has no name
     */
    public static Vocabulary load(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new VitoException(
                    Reason.BAD_DATA_SET,
                    "there is no vocabulary %s; expected a file with the names of one class a line, separated by commas"
                            .formatted(file),
                    e);
        } catch (CharacterCodingException e) {
            throw new VitoException(Reason.BAD_DATA_SET, "the vocabulary " + file + " is not UTF-8", e);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "the vocabulary " + file + " cannot be read: " + e, e);
        }
        List<List<String>> names = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            List<String> found = names(lines.get(i));
            if (found.isEmpty()) {
                throw new VitoException(
                        Reason.BAD_DATA_SET,
                        "%s:%d: expected the names of a class, separated by commas".formatted(file, i + 1));
            }
            names.add(found);
        }
        if (names.isEmpty()) {
            throw new VitoException(Reason.BAD_DATA_SET, "the vocabulary " + file + " is empty");
        }
        return new Vocabulary(names);
    }

    /** These classes with their names. */
    public static Vocabulary of(List<List<String>> names) {
        return new Vocabulary(names.stream().map(List::copyOf).toList());
    }

    private static List<String> names(String line) {
        Matcher parts = LINE.matcher(line.strip());
        return !parts.matches()
                ? List.of()
                : Arrays.stream(parts.group(1).split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
    }

    private static List<String> labels(List<List<String>> names) {
        Map<String, Integer> times = new HashMap<>();
        names.forEach(each -> times.merge(each.get(0), 1, Integer::sum));
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String usual = names.get(i).get(0);
            labels.add(times.getOrDefault(usual, 0) == 1 ? usual : usual + " #" + i);
        }
        return List.copyOf(labels);
    }

    /** Number of classes. */
    public int size() {
        return names.size();
    }

    /** What each class is called in decisions. */
    public List<String> labels() {
        return labels;
    }

    /** The names of a class, the usual one first. */
    public List<String> names(int index) {
        return names.get(index);
    }

    /** What a class is called in decisions: its usual name, and its number too where another class has the same. */
    public String label(int index) {
        return labels.get(index);
    }
}
