package org.vito.deploy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vito bench}: how fast the parts are on this machine. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Measure how fast a part is on this machine.",
        description = {"", "Without a part it measures the learner."},
        commandListHeading = "%nParts:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Measured.",
            "1:It cannot run here, for want of a GPU, say; the message says why.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito bench learner --clips 4",
            "  vito bench --device gpu --size 224 --clips 64",
            "  vito bench decode cat.mp4",
            "  vito bench augment --video cat.mp4",
            "  vito bench input"
        },
        subcommands = {
            BenchCommand.Learner.class,
            DecodeBench.class,
            AugmentBench.class,
            InputBench.class,
            CurateBench.class,
            FeaturesBench.class
        })
final class BenchCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    LearnerBench bench;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        return bench.run(common, spec.commandLine().getOut());
    }

    /** {@code vito bench learner}. */
    @Command(
            name = "learner",
            mixinStandardHelpOptions = true,
            abbreviateSynopsis = true,
            header = "Time training steps on a batch that lies in memory.",
            description = {
                "",
                "A step is that of the learner: every view through online and target network, objective, gradients,"
                        + " optimiser and moving average."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:Measured.",
                "1:There is no GPU but one was asked for, or memory ran out; the message says why.",
                "2:The command line or a setting cannot be used."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  vito bench learner --clips 4 --size 112 --threads 2",
                "  vito bench learner --trace step.txt --json"
            })
    static final class Learner implements Callable<Integer> {
        @Spec
        CommandSpec spec;

        @Mixin
        LearnerBench bench;

        @Mixin
        CommonOptions common;

        @Override
        public Integer call() {
            return bench.run(common, spec.commandLine().getOut());
        }
    }
}
