package org.vito.deploy.scores;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.vito.protocol.v1.EvaluationScore;

/**
 * Checkpoints by tasks. In each column the best score of a run is marked, and as a regression every score that is worse than
 * that of some earlier checkpoint of its run by more than chance explains: its 95 % interval lies wholly below the other's, or,
 * for scores without intervals, it is more than {@link #WITHOUT_INTERVAL} lower.
 *
 * @param columns in the order of data sets and tasks
 * @param rows in the order of runs and steps
 */
public record ScoreTable(List<Column> columns, List<Row> rows) {
    /** By how much a score without interval must be lower to be a regression. */
    public static final double WITHOUT_INTERVAL = 0.01;

    /** A task on a data set. */
    public record Column(String dataSet, String task) implements Comparable<Column> {
        private static final Comparator<Column> ORDER =
                Comparator.comparing(Column::dataSet).thenComparing(Column::task);

        @Override
        public int compareTo(Column other) {
            return ORDER.compare(this, other);
        }

        /** Both names. */
        public String title() {
            return dataSet + " " + task;
        }
    }

    /** A checkpoint and what was found of it. */
    public record Row(String run, long step, Map<Column, Cell> cells) {
        /** What a column's task found, if it was to be run. */
        public Optional<Cell> cell(Column column) {
            return Optional.ofNullable(cells.get(column));
        }
    }

    /** The table of all scores, the last of each kept. */
    public static ScoreTable of(Collection<EvaluationScore> scores) {
        Map<String, Map<Long, Map<Column, Cell>>> runs = new TreeMap<>();
        TreeSet<Column> columns = new TreeSet<>();
        for (EvaluationScore score : scores) {
            Column column = new Column(score.getDataSet(), score.getTask());
            columns.add(column);
            runs.computeIfAbsent(score.getRunId(), run -> new TreeMap<>())
                    .computeIfAbsent(score.getStep(), step -> new TreeMap<>())
                    .put(column, Cell.of(score));
        }
        List<Row> rows = new ArrayList<>();
        runs.forEach((run, steps) -> {
            List<Row> own = new ArrayList<>();
            steps.forEach((step, cells) -> own.add(new Row(run, step, cells)));
            columns.forEach(column -> mark(column, own));
            rows.addAll(own);
        });
        return new ScoreTable(List.copyOf(columns), List.copyOf(rows));
    }

    private static void mark(Column column, List<Row> steps) {
        List<Cell> before = new ArrayList<>();
        Row best = null;
        double highest = Double.NEGATIVE_INFINITY;
        for (Row row : steps) {
            Cell cell = row.cells().get(column);
            if (cell == null || !cell.scored()) {
                continue;
            }
            if (before.stream().anyMatch(cell::worseThan)) {
                row.cells().put(column, cell.marked(Cell.Mark.REGRESSION));
            }
            before.add(cell);
            if (cell.value() > highest) {
                highest = cell.value();
                best = row;
            }
        }
        if (best != null && before.size() > 1) {
            best.cells().computeIfPresent(column, (of, cell) -> cell.marked(Cell.Mark.BEST));
        }
    }
}
