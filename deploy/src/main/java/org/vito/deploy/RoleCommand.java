package org.vito.deploy;

import com.typesafe.config.Config;
import java.util.EnumSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
            header = "Run the role that scores every checkpoint as it is announced.",
            footerHeading = "%nExample:%n",
            footer = "  vito evaluate -b kafka1:9092 --labelled /data/flowers")
    static final class Evaluate extends RoleCommand {
        Evaluate() {
            super(Role.EVALUATE);
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
