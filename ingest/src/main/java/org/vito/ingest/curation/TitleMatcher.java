package org.vito.ingest.curation;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the classes that a title names, in one pass over it for all names. Case does not count, nor which apostrophe, dash,
 * space or underscore it is, nor compatibility forms of characters (NFKC); a name must stand as words of its own: no letter or
 * digit right before or after it. Names within longer names count too ("white shark" in "great white shark").
 */
public final class TitleMatcher {
    /**
     * What a title names.
     *
     * @param names as the vocabulary writes them, in the order of the title
     * @param classes all that have one of these names
     */
    public record Match(List<String> names, SortedSet<Integer> classes) {
        /** Whether it names nothing. */
        public boolean isEmpty() {
            return names.isEmpty();
        }
    }

    /** A beginning of names. */
    private static final class Node {
        private final Map<Character, Node> next = new HashMap<>(2);
        private @Nullable Name name;
    }

    private record Name(String written, List<Integer> classes) {}

    private final Node root = new Node();

    /** Finds the names of {@code vocabulary}. */
    public TitleMatcher(Vocabulary vocabulary) {
        for (int i = 0; i < vocabulary.size(); i++) {
            for (String name : vocabulary.names(i)) {
                add(name, i);
            }
        }
    }

    private void add(String name, int index) {
        Node node = root;
        String folded = folded(name);
        for (int i = 0; i < folded.length(); i++) {
            node = node.next.computeIfAbsent(folded.charAt(i), c -> new Node());
        }
        if (node.name == null) {
            node.name = new Name(name, new ArrayList<>());
        }
        if (!node.name.classes().contains(index)) {
            node.name.classes().add(index);
        }
    }

    /** The names in {@code title}, and the classes that have them. */
    public Match match(String title) {
        String text = folded(title);
        List<String> names = new ArrayList<>();
        SortedSet<Integer> classes = new TreeSet<>();
        for (int start = 0; start < text.length(); start++) {
            if (start == 0 || !inWord(text.charAt(start - 1))) {
                collect(text, start, names, classes);
            }
        }
        return new Match(names, classes);
    }

    private void collect(String text, int start, List<String> names, SortedSet<Integer> classes) {
        Node node = root;
        for (int i = start; i < text.length(); i++) {
            node = node.next.get(text.charAt(i));
            if (node == null) {
                return;
            }
            Name name = node.name;
            if (name != null && (i + 1 == text.length() || !inWord(text.charAt(i + 1)))) {
                if (!names.contains(name.written())) {
                    names.add(name.written());
                }
                classes.addAll(name.classes());
            }
        }
    }

    /** Surrogates count as letters: where a character outside the basic plane begins or ends, no name does. */
    private static boolean inWord(char c) {
        return Character.isLetterOrDigit(c)
                || Character.isSurrogate(c)
                || Character.getType(c) == Character.NON_SPACING_MARK;
    }

    private static String folded(String text) {
        String plain = Normalizer.isNormalized(text, Normalizer.Form.NFKC)
                ? text
                : Normalizer.normalize(text, Normalizer.Form.NFKC);
        String lower = plain.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT); // so that ß and ss are one
        StringBuilder folded = new StringBuilder(lower.length());
        for (int i = 0; i < lower.length(); i++) {
            char c = plainest(lower.charAt(i));
            if (c != ' ' || (folded.length() > 0 && folded.charAt(folded.length() - 1) != ' ')) {
                folded.append(c);
            }
        }
        return folded.toString();
    }

    private static char plainest(char c) {
        return switch (c) {
            case '\u2018', '\u2019', '\u02bc', '`', '\u00b4' -> '\'';
            case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212' -> '-';
            case '_' -> ' ';
            default -> Character.isWhitespace(c) ? ' ' : c;
        };
    }
}
