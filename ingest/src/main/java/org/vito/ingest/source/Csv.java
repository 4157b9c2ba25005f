package org.vito.ingest.source;

import java.util.ArrayList;
import java.util.List;

/** Lines of comma-separated values (RFC 4180), except that a value does not go on in the next line. */
final class Csv {
    private Csv() {}

    /**
     * The values of {@code line}, unquoted; spaces around a value that is not quoted do not count.
     *
     * @throws IllegalArgumentException that says what is wrong with the quotes
     */
    static List<String> values(String line) {
        List<String> values = new ArrayList<>();
        int at = 0;
        do {
            int start = at;
            while (start < line.length() && line.charAt(start) == ' ') {
                start++;
            }
            if (start < line.length() && line.charAt(start) == '"') {
                at = quoted(line, start + 1, values);
            } else {
                int comma = line.indexOf(',', at);
                int end = comma < 0 ? line.length() : comma;
                values.add(line.substring(at, end).strip());
                at = end;
            }
        } while (at++ < line.length());
        return values;
    }

    /** Adds the value whose first character is at {@code from}; returns where the comma behind it is, or the end. */
    private static int quoted(String line, int from, List<String> values) {
        StringBuilder value = new StringBuilder();
        int at = from;
        while (true) {
            int quote = line.indexOf('"', at);
            if (quote < 0) {
                throw new IllegalArgumentException("has a quote that is not closed");
            }
            value.append(line, at, quote);
            if (quote + 1 < line.length() && line.charAt(quote + 1) == '"') {
                value.append('"');
                at = quote + 2;
                continue;
            }
            values.add(value.toString());
            int comma = line.indexOf(',', quote);
            int end = comma < 0 ? line.length() : comma;
            if (!line.substring(quote + 1, end).isBlank()) {
                throw new IllegalArgumentException("has something between a quote and the next comma");
            }
            return end;
        }
    }
}
