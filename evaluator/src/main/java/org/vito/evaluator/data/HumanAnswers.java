package org.vito.evaluator.data;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What people said of pictures, from the CSV files that model-vs-human publishes: a line a trial, columns in any order. */
final class HumanAnswers {
    private static final String COLUMNS = "subj, object_response, category, condition and imagename";

    private HumanAnswers() {}

    /**
     * Reads all people's answers of one experiment.
     *
     * @param directory of files {@code *subject-*.csv}; others, of networks, are passed over
     * @param conditions whether they are told apart
     * @param leftOut conditions that are
     * @throws org.vito.protocol.VitoException BAD_DATA_SET naming file and line
     */
    static List<Observer> read(Path directory, boolean conditions, Set<String> leftOut) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.getFileName().toString().matches(".*subject-.*\\.csv"))
                    .sorted()
                    .toList();
        }
        Map<String, SortedMap<String, SortedMap<String, Boolean>>> people = new TreeMap<>();
        for (Path file : files) {
            List<String> lines = Files.readAllLines(file);
            List<String> columns = lines.isEmpty()
                    ? List.of()
                    : fields(lines.get(0)).stream()
                            .map(column -> column.toLowerCase(Locale.ROOT))
                            .toList();
            for (int i = 1; i < lines.size(); i++) {
                if (lines.get(i).isBlank()) {
                    continue;
                }
                List<String> fields = fields(lines.get(i));
                if (fields.size() != columns.size()) {
                    throw DataSets.bad("%s:%d has %d fields; expected %d as in its first line"
                            .formatted(file, i + 1, fields.size(), columns.size()));
                }
                String condition = conditions ? condition(field(file, columns, fields, "condition")) : "";
                if (leftOut.contains(condition)) {
                    continue;
                }
                String image = image(field(file, columns, fields, "imagename"));
                boolean right = field(file, columns, fields, "object_response")
                        .equals(field(file, columns, fields, "category"));
                Boolean before = people.computeIfAbsent(field(file, columns, fields, "subj"), person -> new TreeMap<>())
                        .computeIfAbsent(condition, c -> new TreeMap<>())
                        .putIfAbsent(image, right);
                if (before != null) {
                    throw DataSets.bad("%s:%d judges %s a second time".formatted(file, i + 1, image));
                }
            }
        }
        List<Observer> observers = new ArrayList<>();
        people.forEach((person, right) -> observers.add(new Observer(person, right)));
        return observers;
    }

    /** A picture's name without the parts that differ from person to person, such as the number of the trial. */
    static String image(String file) {
        List<String> parts = Arrays.asList(file.split("_", -1));
        int count = parts.size();
        boolean ofImageNet = count > 1 && parts.get(count - 2).startsWith("n0");
        return ofImageNet ? parts.get(count - 2) + "_" + parts.get(count - 1) : parts.get(count - 1);
    }

    /** A condition; numbers of the same value are the same one. */
    static String condition(String text) {
        try {
            return new BigDecimal(text).stripTrailingZeros().toPlainString();
        } catch (NumberFormatException e) {
            return text;
        }
    }

    private static List<String> fields(String line) {
        return Arrays.asList(line.split(",", -1));
    }

    private static String field(Path file, List<String> columns, List<String> fields, String column) {
        int at = columns.indexOf(column);
        if (at < 0) {
            throw DataSets.bad("%s has the columns %s; expected %s among them".formatted(file, columns, COLUMNS));
        }
        return fields.get(at);
    }
}
