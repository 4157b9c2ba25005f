package org.vito.deploy;

import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.CurationReplay;
import org.vito.protocol.KafkaAccess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vito curate replay}: decisions are made again by the rule as it is now. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Judge videos again, by the rule as it is now, without fetching them again.",
        description = {
            "",
            "For when rule, vocabulary, classifier, caps or targets have changed: restart the curate role with the new"
                    + " settings and give this command. It writes a request for each video that was judged; the role"
                    + " answers each once, also when it is killed meanwhile, with a decision that takes the place of the"
                    + " one before. What the same network has seen is not looked at again; else frames are decoded from the"
                    + " stored file.",
            "",
            "A video that is taken now is cut into clips once. Of one that is left out now no more clips are cut; those"
                    + " that are in vito.clips stay, since what was trained on must remain readable."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Asked for, or nothing to ask for.",
            "1:Kafka cannot be reached, or another replay was started.",
            "2:The command line cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito curate replay --all",
            "  vito curate replay --since 7d --turned-down --dry-run",
            "  vito curate replay --category crane --by 'videonet/1 resnet50'"
        })
final class CurateReplayCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(
            names = "--since",
            order = 1,
            paramLabel = "TIME",
            description =
                    "Only decided since: how long ago (90s, 2h, 3d), a date or a time in UTC (2026-11-25T08:00:00Z).")
    @Nullable
    String since;

    @Option(
            names = "--until",
            order = 2,
            paramLabel = "TIME",
            description = "Only decided before. A replay that was broken off is gone on with by the time it began at.")
    @Nullable
    String until;

    @Option(names = "--accepted", order = 3, description = "Only videos that were taken.")
    boolean accepted;

    @Option(names = "--turned-down", order = 4, description = "Only videos that were left out.")
    boolean turnedDown;

    @Option(
            names = "--category",
            order = 5,
            paramLabel = "NAME",
            description = "Only of this class. May be given many times.")
    Set<String> categories = new LinkedHashSet<>();

    @Option(
            names = "--by",
            order = 6,
            paramLabel = "RULE",
            description = "Only decided by a rule whose name begins so, as decisions have it.")
    @Nullable
    String curator;

    @Option(names = "--all", order = 7, description = "Every video that was judged.")
    boolean all;

    @Option(names = "--dry-run", order = 8, description = "Say how many it would be, and ask for nothing.")
    boolean dryRun;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (accepted && turnedDown) {
            throw new ParameterException(spec.commandLine(), "--accepted and --turned-down together are --all");
        }
        boolean some = since != null || until != null || accepted || turnedDown || curator != null;
        if (!some && categories.isEmpty() && !all) {
            throw new ParameterException(
                    spec.commandLine(),
                    "which videos? give --since, --until, --accepted, --turned-down, --category, --by or --all");
        }
        Instant now = Instant.now();
        CurationReplay.Filter filter = new CurationReplay.Filter(
                since == null
                        ? Long.MIN_VALUE
                        : LetterOptions.time("--since", since, now).toEpochMilli(),
                (until == null ? now : LetterOptions.time("--until", until, now)).toEpochMilli(),
                accepted || turnedDown ? Optional.of(accepted) : Optional.empty(),
                categories,
                curator == null ? "" : curator);
        KafkaAccess kafka = KafkaAddress.existing(common.configuration(ConfigFactory.empty(), List.of()));
        Logging.toConsole(common.verbose());
        PrintWriter out = spec.commandLine().getOut();
        CurationReplay.Result result;
        if (dryRun) {
            result = CurationReplay.count(kafka, filter);
            out.println("would ask about %d videos".formatted(result.chosen()));
        } else {
            result = CurationReplay.send(kafka, filter, InstantSource.system(), sent -> Terminal.shared()
                    .live(sent + " videos"));
            Terminal.shared().endLive();
            out.println("asked about %d videos decided before %s".formatted(result.chosen(), now));
        }
        if (result.waiting() > 0) {
            out.println(result.waiting() + " left out: they wait to be judged again already");
        }
        out.flush();
        return 0;
    }
}
