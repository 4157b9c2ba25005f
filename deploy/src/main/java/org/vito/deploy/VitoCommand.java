package org.vito.deploy;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code vito} itself: it only has subcommands. */
@Command(
        name = "vito",
        mixinStandardHelpOptions = true,
        versionProvider = VitoCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        header = "Learns image representations from streams of video.",
        description = {
            "",
            "Videos are ingested, curated and decoded into clips that wait in Kafka; a network is trained on them and"
                    + " every checkpoint is scored, live on a web page."
        },
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Done, or stopped as asked.",
            "1:Something failed; the message says what.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito demo                     everything at once, on videos made for it",
            "  vito run --videos ~/Videos    your own videos, on this machine",
            "  vito ingest -b kafka1:9092    one role of a cluster",
            "  vito export --checkpoint default --out backbone.safetensors    the weights, for PyTorch",
            "  vito help run                 what a command can do"
        },
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            SubmitCommand.class,
            StatusCommand.class,
            ScoresCommand.class,
            DeadLettersCommand.class,
            DoctorCommand.class,
            RoleCommand.Ingest.class,
            RoleCommand.Curate.class,
            RoleCommand.Decode.class,
            RoleCommand.Learn.class,
            RoleCommand.Evaluate.class,
            RoleCommand.Dashboard.class,
            BrokerCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            AnnounceCommand.class,
            EmbedCommand.class,
            ClipsCommand.class,
            ViewsCommand.class,
            AttentionCommand.class,
            BenchCommand.class,
            HelpCommand.class
        })
final class VitoCommand implements Runnable {
    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = VitoCommand.class.getPackage().getImplementationVersion();
            return new String[] {
                "vito " + (version == null ? "(built from sources)" : version),
                "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
            };
        }
    }
}
