package org.vito.deploy;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vito.deploy.letters.Letter;
import org.vito.deploy.letters.LetterBox;
import org.vito.deploy.letters.LetterFilter;
import org.vito.deploy.letters.LetterId;
import org.vito.deploy.letters.LetterView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vito deadletters}: what was refused, why, and another chance for it. */
@Command(
        name = "deadletters",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        header = "List, show and send again what was refused.",
        description = {
            "",
            "Whatever a stage refuses waits in the topic vito.deadletters for a week: the original record, whole, with the"
                    + " stage, the reason and the number of attempts."
        },
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:Done.", "1:Kafka cannot be reached.", "2:The command line cannot be used."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito deadletters list --reason UNREACHABLE --since 1d",
            "  vito deadletters show 0-17",
            "  vito deadletters replay --stage ingest.fetch --dry-run"
        },
        subcommands = {DeadLettersCommand.ListLetters.class, DeadLettersCommand.Show.class, ReplayCommand.class})
final class DeadLettersCommand implements Runnable {
    @Spec
    CommandSpec spec;

    @Mixin
    CommonOptions common;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: list, show or replay");
    }

    /** {@code vito deadletters list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            abbreviateSynopsis = true,
            header = "Print the dead letters that are there, the oldest first.",
            description = {
                "",
                "With --json each is one line: id, at, stage, reason, attempts, subject, message, topic, partition, offset,"
                        + " value_bytes and replayed."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:Printed.", "1:Kafka cannot be reached.", "2:The command line cannot be used."},
            footerHeading = "%nExamples:%n",
            footer = {
                "  vito deadletters list",
                "  vito deadletters list --stage ingest --reason NOT_FOUND --since 2h --json"
            })
    static final class ListLetters implements Callable<Integer> {
        @Spec
        CommandSpec spec;

        @Mixin
        LetterOptions picked;

        @Option(names = "--json", order = 20, description = "Print JSON, a line for each.")
        boolean json;

        @Option(names = "--limit", order = 21, paramLabel = "N", description = "Only the newest N.")
        @Nullable
        Integer limit;

        @Mixin
        CommonOptions common;

        @Override
        public Integer call() {
            if (limit != null && limit < 1) {
                throw new ParameterException(spec.commandLine(), "--limit " + limit + ": expected at least 1");
            }
            LetterFilter filter = picked.filter(Instant.now());
            PrintWriter out = spec.commandLine().getOut();
            List<Letter> letters;
            try (LetterBox box = LetterBox.open(LetterOptions.kafka(common))) {
                letters = box.list(filter);
            }
            int first = limit == null ? 0 : Math.max(0, letters.size() - limit);
            if (!json) {
                out.println(letters.isEmpty() ? "no dead letters" : LetterView.headings());
            }
            for (Letter letter : letters.subList(first, letters.size())) {
                out.println(json ? LetterView.json(letter) : LetterView.line(letter));
            }
            out.flush();
            return 0;
        }
    }

    /** {@code vito deadletters show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            abbreviateSynopsis = true,
            header = "Print everything that dead letters hold.",
            description = {
                "",
                "The original record is decoded as its topic reads it; without --json long values are shortened. With --json"
                        + " its bytes stand in value, in Base64."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:Printed.",
                "1:Kafka cannot be reached, or a letter is not there; the message names it.",
                "2:The command line cannot be used."
            },
            footerHeading = "%nExamples:%n",
            footer = {"  vito deadletters show 0-17", "  vito deadletters show 0-17 0-18 --json"})
    static final class Show implements Callable<Integer> {
        @Spec
        CommandSpec spec;

        @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids that vito deadletters list prints.")
        List<String> ids;

        @Option(names = "--json", order = 20, description = "Print JSON, a line for each.")
        boolean json;

        @Mixin
        CommonOptions common;

        @Override
        public Integer call() {
            List<LetterId> wanted = ids.stream().map(LetterId::parse).toList();
            PrintWriter out = spec.commandLine().getOut();
            try (LetterBox box = LetterBox.open(LetterOptions.kafka(common))) {
                box.each(
                        wanted,
                        whole -> out.println(
                                json
                                        ? LetterView.whole(whole.id(), whole.letter())
                                        : LetterView.words(whole.id(), whole.letter())));
            } finally {
                out.flush();
            }
            return 0;
        }
    }
}
