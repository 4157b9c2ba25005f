package org.vito.deploy.scores;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Ways to write a {@link ScoreTable}. */
public enum ScoreFormat {
    /** Columns for a terminal; shares in per cent, with half the width of the 95 % interval. */
    TABLE {
        @Override
        public void write(ScoreTable table, PrintWriter out) {
            List<List<String>> lines = texts(table);
            int[] widths = new int[lines.get(0).size()];
            lines.forEach(line -> {
                for (int i = 0; i < widths.length; i++) {
                    widths[i] = Math.max(widths[i], line.get(i).length());
                }
            });
            for (List<String> line : lines) {
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < widths.length; i++) {
                    String pad = " ".repeat(widths[i] - line.get(i).length());
                    text.append(i == 0 ? line.get(i) + pad : "  " + pad + line.get(i));
                }
                out.println(text.toString().stripTrailing());
            }
            notes(table).forEach(out::println);
        }
    },

    /** A table of Markdown. */
    MARKDOWN {
        @Override
        public void write(ScoreTable table, PrintWriter out) {
            List<List<String>> lines = texts(table);
            for (int i = 0; i < lines.size(); i++) {
                out.println("| "
                        + String.join(
                                " | ",
                                lines.get(i).stream()
                                        .map(t -> t.replace("|", "\\|"))
                                        .toList())
                        + " |");
                if (i == 0) {
                    out.println("|---|" + "---:|".repeat(lines.get(i).size() - 1));
                }
            }
            notes(table).forEach(note -> out.println("\n" + note));
        }
    },

    /** A line for each score: run, step, data set, task, metric, value, low, high, state, mark, reason. */
    CSV {
        @Override
        public void write(ScoreTable table, PrintWriter out) {
            out.println("run,step,data_set,task,state,metric,value,low,high,mark,reason");
            for (ScoreTable.Row row : table.rows()) {
                row.cells()
                        .forEach((column, cell) -> out.println(String.join(
                                ",",
                                quoted(row.run()),
                                String.valueOf(row.step()),
                                quoted(column.dataSet()),
                                quoted(column.task()),
                                lower(cell.state()),
                                quoted(cell.metric()),
                                cell.scored() ? String.valueOf(cell.value()) : "",
                                number(cell.low()),
                                number(cell.high()),
                                lower(cell.mark()),
                                quoted(cell.reason()))));
            }
        }
    },

    /** A line of JSON for each score. */
    JSON {
        @Override
        public void write(ScoreTable table, PrintWriter out) {
            for (ScoreTable.Row row : table.rows()) {
                row.cells().forEach((column, cell) -> {
                    ObjectNode json = JsonNodeFactory.instance
                            .objectNode()
                            .put("run", row.run())
                            .put("step", row.step())
                            .put("data_set", column.dataSet())
                            .put("task", column.task())
                            .put("state", lower(cell.state()));
                    if (cell.scored()) {
                        json.put("metric", cell.metric()).put("value", cell.value());
                        cell.low().ifPresent(low -> json.put("low", low));
                        cell.high().ifPresent(high -> json.put("high", high));
                        json.put("mark", lower(cell.mark()));
                    }
                    if (!cell.reason().isEmpty()) {
                        json.put("reason", cell.reason());
                    }
                    PaperScores.of(column).ifPresent(value -> json.put("paper", value));
                    out.println(json);
                });
            }
        }
    };

    /** Writes the table. */
    public abstract void write(ScoreTable table, PrintWriter out);

    /** The heading, a line for each checkpoint and, where there is one, the paper's. */
    private static List<List<String>> texts(ScoreTable table) {
        List<List<String>> lines = new ArrayList<>();
        List<String> heading = new ArrayList<>(List.of("run", "step"));
        table.columns().forEach(column -> heading.add(column.title()));
        lines.add(heading);
        for (ScoreTable.Row row : table.rows()) {
            List<String> line = new ArrayList<>(List.of(row.run(), String.valueOf(row.step())));
            table.columns()
                    .forEach(column ->
                            line.add(row.cell(column).map(ScoreFormat::text).orElse("")));
            lines.add(line);
        }
        if (table.columns().stream().anyMatch(c -> PaperScores.of(c).isPresent())) {
            List<String> line = new ArrayList<>(List.of("VITO in the paper", ""));
            for (ScoreTable.Column column : table.columns()) {
                OptionalDouble paper = PaperScores.of(column);
                line.add(paper.isPresent() ? percent(paper.getAsDouble()) : "");
            }
            lines.add(line);
        }
        return lines;
    }

    private static String text(Cell cell) {
        if (!cell.scored()) {
            return lower(cell.state());
        }
        StringBuilder text = new StringBuilder(percent(cell.value()));
        if (cell.low().isPresent() && cell.high().isPresent()) {
            text.append(" ±")
                    .append(percent((cell.high().getAsDouble() - cell.low().getAsDouble()) / 2));
        }
        return switch (cell.mark()) {
            case NONE -> text.toString();
            case BEST -> text + " *";
            case REGRESSION -> text + " v";
        };
    }

    private static List<String> notes(ScoreTable table) {
        List<String> notes = new ArrayList<>();
        notes.add(
                "Per cent, ± half of the 95 % interval. * best of its run; v worse than an earlier checkpoint of its run: the"
                        + " intervals do not meet, or, without any, by more than "
                        + percent(ScoreTable.WITHOUT_INTERVAL) + ".");
        table.rows().forEach(row -> row.cells().forEach((column, cell) -> {
            if (!cell.reason().isEmpty()) {
                notes.add("%s@%d %s: %s".formatted(row.run(), row.step(), column.title(), cell.reason()));
            }
        }));
        return notes;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? String.valueOf(value.getAsDouble()) : "";
    }

    private static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    private static String quoted(String text) {
        return text.matches("[^\",\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
