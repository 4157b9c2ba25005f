package org.vito.deploy;

import com.typesafe.config.Config;
import java.util.EnumSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that runs one role against a Kafka that is there already. */
@Command(
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Stopped as asked, or the role's work is done.",
            "1:The role failed; the message says why.",
            "2:The command line or a setting cannot be used."
        })
abstract class RoleCommand implements Callable<Integer> {
    private final Role role;

    @Mixin
    RunOptions run;

    @Mixin
    CommonOptions common;

    RoleCommand(Role role) {
        this.role = role;
    }

    @Override
    public Integer call() throws Exception {
        Config config = common.configuration(options(), run.presetResources());
        ProcessSettings settings = ProcessSettings.from(config);
        Logging.toFile(settings.data(), role.word(), common.verbose());
        return new Session(Terminal.shared(), config, role.word(), EnumSet.of(role)).run();
    }

    /** The command's own options as settings. */
    Config options() {
        return run.asSettings();
    }

    /** {@code vito ingest}. */
    @Command(
            name = "ingest",
            header = "Run the role that finds, fetches, stores and probes videos.",
            footerHeading = "%nExample:%n",
            footer = "  vito ingest -b kafka1:9092 --videos /data/incoming")
    static final class Ingest extends RoleCommand {
        Ingest() {
            super(Role.INGEST);
        }
    }

    /** {@code vito curate}. */
    @Command(
            name = "curate",
            header = "Run the role that decides which videos belong to the training set.",
            subcommands = {CurateExplainCommand.class, CurateBalanceCommand.class, CurateReplayCommand.class},
            footerHeading = "%nExample:%n",
            footer = "  vito curate -b kafka1:9092 -c curation.conf")
    static final class Curate extends RoleCommand {
        Curate() {
            super(Role.CURATE);
        }
    }

    /** {@code vito decode}. */
    @Command(
            name = "decode",
            header = "Run the role that cuts curated videos into clips. As many as you like share the work.",
            footerHeading = "%nExample:%n",
            footer = "  vito decode -b kafka1:9092 -D vito.objects.directory=/shared/objects")
    static final class Decode extends RoleCommand {
        Decode() {
            super(Role.DECODE);
        }
    }

    /** {@code vito learn}. */
    @Command(
            name = "learn",
            header = "Run the role that trains on clips and announces checkpoints.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  vito learn -b kafka1:9092 --preset paper --run vito-r50",
                "  CUDA_VISIBLE_DEVICES=1 vito learn -b kafka1:9092 --preset paper --run vito-r50 \\",
                "      --rank 1 --of 8 --leader gpu1:29500"
            })
    static final class Learn extends RoleCommand {
        @ArgGroup(validate = false, order = 30, heading = "%nSeveral learners of one run:%n")
        GroupOptions group = new GroupOptions();

        Learn() {
            super(Role.LEARN);
        }

        @Override
        Config options() {
            return group.asSettings().withFallback(super.options());
        }
    }

    /** {@code vito evaluate}. */
    @Command(
            name = "evaluate",
            header = "Run the role that scores every checkpoint as it is announced; or ask it for more.",
            description = {
                "",
                "Several machines share the work if they have the same vito.evaluator settings, see the same files, and know"
                        + " each other by vito.cluster: one of them coordinates, and when it dies another does. A task that is"
                        + " new in the settings is run over the checkpoints there are when the role is started with it.",
                "",
                "With --task, --data-set, --checkpoint or --failed, and --run, the command starts nothing but asks whoever"
                        + " evaluates: the run's checkpoints that are there now are scored so too, also those that the"
                        + " settings leave out. What is scored already stays."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  vito evaluate -b kafka1:9092 --labelled /data/flowers",
                "  vito evaluate -b kafka1:9092 -c evaluation.conf -D vito.cluster.host=gpu2 -D vito.cluster.port=25520 \\",
                "      -D 'vito.cluster.seeds=[\"gpu1:25520\", \"gpu2:25520\"]'",
                "  vito evaluate -b kafka1:9092 --run vito-r50 --task linear",
                "  vito evaluate -b kafka1:9092 --run vito-r50 --failed"
            })
    static final class Evaluate extends RoleCommand {
        @Spec
        CommandSpec spec;

        @ArgGroup(validate = false, order = 30, heading = "%nAsking for more, with --run:%n")
        EvaluateOptions more = new EvaluateOptions();

        Evaluate() {
            super(Role.EVALUATE);
        }

        @Override
        public Integer call() throws Exception {
            if (!more.given()) {
                return super.call();
            }
            Config config = common.configuration(options(), run.presetResources());
            Logging.toConsole(common.verbose());
            spec.commandLine().getOut().println(more.ask(config, run.training.run));
            return 0;
        }
    }

    /** {@code vito dashboard}. */
    @Command(
            name = "dashboard",
            header = "Run the role that serves the live page.",
            footerHeading = "%nExample:%n",
            footer = "  vito dashboard -b kafka1:9092 --port 8080")
    static final class Dashboard extends RoleCommand {
        Dashboard() {
            super(Role.DASHBOARD);
        }
    }
}
