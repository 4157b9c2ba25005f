package org.vito.deploy;

import com.typesafe.config.Config;
import java.util.EnumSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vito run}: the whole system in one process. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Run the whole system: every role, with a broker of its own unless one is named.",
        description = {
            "",
            "Ingests, curates and decodes videos, trains on their clips, scores every checkpoint and serves the live"
                    + " page on this machine. Ctrl-C stops it cleanly; started again with the same --data it goes on"
                    + " where it was."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Stopped as asked.",
            "1:A role failed; the message says why.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito run --videos ~/Videos",
            "  vito run --videos ~/Videos --labelled ~/flowers --run first-try",
            "  vito run -c my.conf -D vito.learner.schedule.steps=20000 --port 8080",
            "  vito run -b kafka1:9092,kafka2:9092 --client-properties sasl.properties"
        })
final class RunCommand implements Callable<Integer> {
    @Mixin
    RunOptions run;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() throws Exception {
        Config config = common.configuration(run.asSettings(), run.presetResources());
        ProcessSettings settings = ProcessSettings.from(config);
        Logging.toFile(settings.data(), "run", common.verbose());
        return new Session(Terminal.shared(), config, "run", EnumSet.allOf(Role.class)).run();
    }
}
