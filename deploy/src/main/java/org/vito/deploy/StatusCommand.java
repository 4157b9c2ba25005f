package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.SourceReport;
import org.vito.protocol.v1.StageReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vito status}: what the running system is doing, read from Kafka. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Say what a running system is doing.",
        description = {"", "Reads from Kafka what every stage of every process last reported, and prints it."},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Printed.",
            "1:Kafka cannot be reached, or no system runs.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  vito status", "  vito status --data /srv/vito", "  vito status -b kafka1:9092"})
final class StatusCommand implements Callable<Integer> {
    private static final long RECENT_MS = 10_000;
    private static final int SCORES = 12;
    private static final int METRICS = 3; // the first ones are what the task is about

    @Spec
    CommandSpec spec;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        KafkaAccess kafka = KafkaAddress.existing(config);
        print(spec.commandLine().getOut(), TopicReader.readOnce(kafka), System.currentTimeMillis());
        return 0;
    }

    static void print(PrintWriter out, SystemState state, long nowMs) {
        String progress = ProgressLine.of(state, 0);
        out.println(progress.isEmpty() ? "nothing has happened yet" : progress);
        state.checkpoint()
                .ifPresent(c -> out.printf(
                        "newest checkpoint: step %d of run %s, %s ago, %s%n",
                        c.getStep(), c.getRunId(), age(nowMs - c.getAtMs()), c.getAddress()));
        stages(out, state, nowMs);
        sources(out, state);
        scores(out, state);
    }

    private static void stages(PrintWriter out, SystemState state, long nowMs) {
        if (state.stages().isEmpty()) {
            return;
        }
        out.printf(
                "%n%-28s %-16s %12s %8s %12s %10s %8s %8s  %s%n",
                "process", "stage", "passed", "failed", "per second", "queue", "lag", "memory", "told");
        for (StageReport r : state.stages().values()) {
            out.printf(
                    Locale.ROOT,
                    "%-28s %-16s %12s %8d %12s %10s %8s %8s  %s%n",
                    r.getInstance(),
                    r.getStage(),
                    r.getPassed() + " " + r.getUnit(),
                    r.getFailed(),
                    String.format(Locale.ROOT, "%.1f", r.getPerSecond()),
                    r.getCapacity() == 0 ? "" : r.getQueued() + "/" + r.getCapacity(),
                    r.getLag() < 0 ? "" : String.valueOf(r.getLag()),
                    (r.getResidentBytes() >> 20) + " MiB",
                    nowMs - r.getAtMs() > RECENT_MS ? age(nowMs - r.getAtMs()) + " ago" : "now");
        }
    }

    private static void sources(PrintWriter out, SystemState state) {
        List<StageReport> reports = List.copyOf(state.stages().values());
        reports.stream()
                .filter(r -> !r.getNote().isEmpty())
                .forEach(r -> out.printf("%s, %s: %s%n", r.getInstance(), r.getStage(), r.getNote()));
        if (reports.stream().allMatch(r -> r.getSourcesCount() == 0)) {
            return;
        }
        out.printf(
                "%n%-28s %-40s %-12s %10s %9s %8s %12s %12s  %s%n",
                "process", "source", "state", "submitted", "taken in", "refused", "received", "per second", "trouble");
        for (StageReport r : reports) {
            for (SourceReport s : r.getSourcesList()) {
                out.printf(
                        Locale.ROOT,
                        "%-28s %-40s %-12s %10d %9d %8d %12s %12s  %s%n",
                        r.getInstance(),
                        s.getName().isEmpty() ? "(submissions)" : s.getName(),
                        s.getState(),
                        s.getSubmitted(),
                        s.getStored(),
                        s.getRefused(),
                        size((double) s.getReceivedBytes()),
                        size(s.getBytesPerSecond()),
                        s.getDetail());
            }
        }
    }

    private static String size(double bytes) {
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / (1 << 10))
                : String.format(Locale.ROOT, "%.1f MiB", bytes / (1 << 20));
    }

    private static void scores(PrintWriter out, SystemState state) {
        List<EvaluationScore> newest = state.scores().values().stream()
                .sorted((a, b) -> Long.compare(b.getStep(), a.getStep()))
                .limit(SCORES)
                .toList();
        if (newest.isEmpty()) {
            return;
        }
        out.printf("%n%-16s %10s %-12s %-16s %-8s %s%n", "run", "step", "task", "data set", "state", "metrics");
        for (EvaluationScore score : newest) {
            StringBuilder metrics = new StringBuilder(score.getReason());
            score.getMetricsList().stream()
                    .limit(METRICS)
                    .forEach(m -> metrics.append(String.format(Locale.ROOT, "%s %.4g  ", m.getName(), m.getValue())));
            out.printf(
                    "%-16s %10d %-12s %-16s %-8s %s%n",
                    score.getRunId(),
                    score.getStep(),
                    score.getTask(),
                    score.getDataSet(),
                    score.getState().name().toLowerCase(Locale.ROOT),
                    metrics.toString().strip());
        }
    }

    private static String age(long ms) {
        return ProgressLine.words(Duration.ofMillis(Math.max(0, ms)));
    }
}
