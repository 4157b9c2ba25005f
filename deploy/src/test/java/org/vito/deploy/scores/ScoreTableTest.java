package org.vito.deploy.scores;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;

class ScoreTableTest {
    private static final List<EvaluationScore> SCORES = List.of(
            score("b", 10, "flowers", "knn", 0.50, 0.47, 0.53),
            score("a", 200, "flowers", "knn", 0.60, 0.57, 0.63),
            score("a", 100, "flowers", "knn", 0.55, 0.52, 0.58),
            score("a", 300, "flowers", "knn", 0.59, 0.56, 0.62), // less, but within the interval
            score("a", 400, "flowers", "knn", 0.53, 0.50, 0.56), // below 200's interval
            score("a", 100, "davis", "propagation", 0.400, 0, 0),
            score("a", 200, "davis", "propagation", 0.420, 0, 0),
            score("a", 300, "davis", "propagation", 0.411, 0, 0),
            score("a", 400, "davis", "propagation", 0.409, 0, 0),
            score("a", 500, "davis", "propagation", Double.NaN, 0, 0));

    private static EvaluationScore score(
            String run, long step, String set, String task, double value, double low, double high) {
        EvaluationScore.Builder score = EvaluationScore.newBuilder()
                .setRunId(run)
                .setStep(step)
                .setDataSet(set)
                .setTask(task)
                .setState(ScoreState.SCORED);
        if (Double.isNaN(value)) {
            return score.setState(ScoreState.FAILED)
                    .setReason("BAD_DATA_SET: val.txt, \"one\"")
                    .build();
        }
        score.addMetrics(Metric.newBuilder().setName("top1").setValue(value));
        if (high > 0) {
            score.addMetrics(Metric.newBuilder().setName("top1.low").setValue(low));
            score.addMetrics(Metric.newBuilder().setName("top1.high").setValue(high));
        }
        return score.build();
    }

    private static List<String> lines(ScoreFormat format) {
        StringWriter text = new StringWriter();
        format.write(ScoreTable.of(SCORES), new PrintWriter(text, true));
        return text.toString().lines().toList();
    }

    @Test
    void marksTheBestAndWhatFellBehind() {
        ScoreTable table = ScoreTable.of(SCORES);
        ScoreTable.Column knn = new ScoreTable.Column("flowers", "knn");
        ScoreTable.Column propagation = new ScoreTable.Column("davis", "propagation");
        assertThat(table.columns()).containsExactly(propagation, knn);
        assertThat(marks(table, knn))
                .containsExactly("a100 NONE", "a200 BEST", "a300 NONE", "a400 REGRESSION", "b10 NONE");
        assertThat(marks(table, propagation))
                .containsExactly("a100 NONE", "a200 BEST", "a300 NONE", "a400 REGRESSION", "a500 NONE");
    }

    private static List<String> marks(ScoreTable table, ScoreTable.Column column) {
        return table.rows().stream()
                .flatMap(row -> row.cell(column).stream().map(cell -> row.run() + row.step() + " " + cell.mark()))
                .toList();
    }

    @Test
    void aTableForPeople() {
        assertThat(lines(ScoreFormat.TABLE))
                .startsWith(
                        "run                step  davis propagation  flowers knn",
                        "a                   100               40.0    55.0 ±3.0",
                        "a                   200             42.0 *  60.0 ±3.0 *",
                        "a                   300               41.1    59.0 ±3.0",
                        "a                   400             40.9 v  53.0 ±3.0 v",
                        "a                   500             failed",
                        "b                    10                       50.0 ±3.0",
                        "VITO in the paper                     68.2")
                .contains("a@500 davis propagation: BAD_DATA_SET: val.txt, \"one\"");
        assertThat(lines(ScoreFormat.MARKDOWN))
                .startsWith(
                        "| run | step | davis propagation | flowers knn |",
                        "|---|---:|---:|---:|",
                        "| a | 100 | 40.0 | 55.0 ±3.0 |");
    }

    @Test
    void linesForPrograms() throws IOException {
        assertThat(lines(ScoreFormat.CSV))
                .hasSize(1 + SCORES.size())
                .contains(
                        "run,step,data_set,task,state,metric,value,low,high,mark,reason",
                        "a,400,flowers,knn,scored,top1,0.53,0.5,0.56,regression,",
                        "a,500,davis,propagation,failed,,,,,none,\"BAD_DATA_SET: val.txt, \"\"one\"\"\"");
        JsonNode first = new ObjectMapper().readTree(lines(ScoreFormat.JSON).get(0));
        assertThat(first.at("/step").asInt()).isEqualTo(100);
        assertThat(first.at("/value").asDouble()).isEqualTo(0.4);
        assertThat(first.at("/paper").asDouble()).isEqualTo(0.682);
        assertThat(first.has("low")).isFalse();
    }

    /** Table 1 of the paper and its appendix. */
    @Test
    void thePapersValues() {
        assertThat(paper("imagenet", "linear")).hasValue(0.662);
        assertThat(paper("a", "imagenet-a")).hasValue(0.054);
        assertThat(paper("frames", "imagenet-vid-robust")).as("pm10").hasValue(0.572);
        assertThat(paper("corrupted", "imagenet-3dcc")).isEmpty();
        assertThat(paper("flowers", "linear")).isEmpty();
    }

    private static OptionalDouble paper(String set, String task) {
        return PaperScores.of(new ScoreTable.Column(set, task));
    }
}
