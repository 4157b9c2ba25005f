package org.vito.tests;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * A learning curve for people and programs: {@code learning-curve.md}, {@code .json} and {@code .png}.
 *
 * @param command what made it
 * @param arms its runs
 * @param seconds spent on everything, videos included
 */
record CurveReport(Map<String, Object> command, List<CurveArm> arms, double seconds) {
    /** Tasks of the evaluator, and what their panels and columns are called. */
    private static final Map<String, String> TASKS = tasks();

    private static Map<String, String> tasks() {
        Map<String, String> tasks = new LinkedHashMap<>();
        tasks.put("knn", "k-NN");
        tasks.put("linear", "linear probe");
        return tasks;
    }

    void write(Path directory) throws IOException {
        Files.writeString(directory.resolve("learning-curve.md"), table());
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        mapper.writeValue(directory.resolve("learning-curve.json").toFile(), asMap());
        CurveChart.draw(arms, TASKS, directory.resolve("learning-curve.png"));
    }

    /** A row for each number of views after which a run that learns was scored, and one for each run that does not. */
    String table() {
        List<CurveArm> learning =
                arms.stream().filter(arm -> arm.method().learns()).toList();
        StringBuilder table = new StringBuilder("| views seen |");
        StringBuilder rule = new StringBuilder("|---:|");
        for (String task : TASKS.values()) {
            for (CurveArm arm : learning) {
                table.append(" %s %s |".formatted(arm.method().label(), task));
                rule.append("---:|");
            }
        }
        table.append('\n').append(rule).append('\n');
        TreeSet<Long> views = new TreeSet<>();
        learning.forEach(arm -> TASKS.keySet().forEach(task -> arm.of(task).forEach(p -> views.add(p.views()))));
        for (long row : views) {
            table.append(String.format(Locale.ROOT, "| %,d |", row));
            for (String task : TASKS.keySet()) {
                for (CurveArm arm : learning) {
                    table.append(cell(
                            arm.of(task).stream().filter(p -> p.views() == row).toList()));
                }
            }
            table.append('\n');
        }
        for (CurveArm arm : arms) {
            if (!arm.method().learns()) {
                table.append("| %s |".formatted(arm.method().label()));
                for (String task : TASKS.keySet()) {
                    table.append(cell(arm.of(task)).repeat(learning.size()));
                }
                table.append('\n');
            }
        }
        return table.toString();
    }

    private static String cell(List<CurveArm.Point> points) {
        if (points.isEmpty()) {
            return " |";
        }
        CurveArm.Point last = points.get(points.size() - 1);
        return String.format(Locale.ROOT, " %.1f ± %.1f %% |", 100 * last.top1(), 50 * (last.high() - last.low()));
    }

    private Map<String, Object> asMap() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("command", command);
        all.put(
                "machine",
                Map.of(
                        "processors", Runtime.getRuntime().availableProcessors(),
                        "architecture", System.getProperty("os.arch"),
                        "system", System.getProperty("os.name"),
                        "java", Runtime.version().toString()));
        all.put("seconds", seconds);
        all.put("arms", arms);
        return all;
    }
}
