package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vito.deploy.scores.ScoreFormat;
import org.vito.deploy.scores.ScoreTable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.EvaluationScore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vito scores}: what every task found of every checkpoint. */
@Command(
        name = "scores",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Print the scores of checkpoints, task by task.",
        description = {
            "",
            "Reads from Kafka what evaluators found. A line is a checkpoint, a column a task on a data set, a score the"
                    + " task's first metric. The best of a run and what fell behind an earlier checkpoint are marked, by the"
                    + " rule below the table. csv and json have a line for each score, in shares from 0 to 1."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Printed.",
            "1:Kafka cannot be reached, or there are no scores of that run.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito scores",
            "  vito scores --run default --format markdown",
            "  vito scores -b kafka1:9092 --format csv > scores.csv"
        })
final class ScoresCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(names = "--run", order = 1, paramLabel = "ID", description = "Only of this training run.")
    @Nullable
    String run;

    @Option(
            names = "--format",
            order = 2,
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, markdown, csv or json (default: ${DEFAULT-VALUE}).")
    ScoreFormat format = ScoreFormat.TABLE;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        List<EvaluationScore> scores = TopicReader.readOnce(KafkaAddress.existing(config)).scores().values().stream()
                .filter(score -> run == null || score.getRunId().equals(run))
                .toList();
        if (scores.isEmpty()) {
            throw new VitoException(
                    Reason.NOT_FOUND,
                    run == null
                            ? "nothing has been scored yet; checkpoints are, where vito.evaluator.data-sets are set"
                            : "there are no scores of run " + run + "; vito scores prints those of all runs");
        }
        PrintWriter out = spec.commandLine().getOut();
        format.write(ScoreTable.of(scores), out);
        out.flush();
        return 0;
    }
}
