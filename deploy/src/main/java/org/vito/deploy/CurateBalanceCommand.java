package org.vito.deploy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.vito.ingest.CurationBalance;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vito curate balance}: what there is of each class, and what is missing. */
@Command(
        name = "balance",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Tell how many videos of each class there are, and what is missing most.",
        description = {
            "",
            "Counts the decisions in Kafka by their category, the last decision on each video, against the targets and caps"
                    + " of vito.ingest.curate.balance; give the settings that the role has. With --json each class is a"
                    + " line: category, accepted, target, missing, cap and capped, the number of videos left out only for"
                    + " the cap."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Printed.",
            "1:Kafka cannot be reached, or the rule's vocabulary or targets cannot be read.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito curate balance -c curation.conf",
            "  vito curate balance -b kafka1:9092 -D vito.ingest.curate.balance.target=1000 --all --json"
        })
final class CurateBalanceCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(
            names = {"-n", "--limit"},
            order = 1,
            paramLabel = "N",
            defaultValue = "20",
            description = "Print that many classes, those that miss most first (default: ${DEFAULT-VALUE}).")
    int limit;

    @Option(names = "--all", order = 2, description = "Print every class.")
    boolean all;

    @Option(names = "--json", order = 3, description = "Print JSON, a line for each.")
    boolean json;

    @Option(
            names = Presets.OPTION,
            order = 4,
            paramLabel = "NAME",
            split = ",",
            description = "Built-in settings; of several the later ones win.")
    List<String> presets = new ArrayList<>();

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit " + limit + ": expected at least 1");
        }
        Config config = common.configuration(
                ConfigFactory.empty(),
                Presets.of(CurateBalanceCommand.class.getClassLoader()).resources(presets));
        Logging.toConsole(common.verbose());
        List<CurationBalance.Standing> standings = CurationBalance.read(KafkaAddress.existing(config), config);
        List<CurationBalance.Standing> shown =
                all ? standings : standings.subList(0, Math.min(limit, standings.size()));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            shown.forEach(one -> out.println(line(one)));
        } else {
            table(out, standings, shown);
        }
        out.flush();
        return 0;
    }

    private static String line(CurationBalance.Standing one) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("category", one.category())
                .put("accepted", one.accepted())
                .put("target", one.target())
                .put("missing", one.missing())
                .put("cap", one.cap())
                .put("capped", one.capped())
                .toString();
    }

    private static void table(
            PrintWriter out, List<CurationBalance.Standing> standings, List<CurationBalance.Standing> shown) {
        if (standings.isEmpty()) {
            out.println("no decision has a category, and the rule knows of none");
            return;
        }
        out.println(
                "%10s %10s %10s %10s %10s  %s".formatted("missing", "accepted", "target", "cap", "capped", "class"));
        for (CurationBalance.Standing one : shown) {
            out.println("%10d %10d %10s %10s %10d  %s"
                    .formatted(
                            one.missing(),
                            one.accepted(),
                            one.target() == 0 ? "-" : one.target(),
                            one.cap() == 0 ? "-" : one.cap(),
                            one.capped(),
                            one.category()));
        }
        out.println("%10d %10d %10s %10s %10d  all %d classes"
                .formatted(
                        standings.stream()
                                .mapToLong(CurationBalance.Standing::missing)
                                .sum(),
                        standings.stream()
                                .mapToLong(CurationBalance.Standing::accepted)
                                .sum(),
                        "",
                        "",
                        standings.stream()
                                .mapToLong(CurationBalance.Standing::capped)
                                .sum(),
                        standings.size()));
    }
}
