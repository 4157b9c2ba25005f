package org.vito.deploy;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vito doctor}: whether VITO can run here. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Check whether VITO can run here, and say what to do if not.",
        description = {
            "",
            "Looks at Java, memory, disk, ports and graphics card, sends a small video through a decoding process, says"
                    + " what confines that process, and asks Kafka for an answer. Changes nothing."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:All is well, perhaps with warnings.",
            "1:Something will not work; the lines marked fail say what to do.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  vito doctor", "  vito doctor -b kafka1:9092 --client-properties sasl.properties"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    RunOptions run;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        Config config = common.configuration(run.asSettings(), run.presetResources());
        Logging.toConsole(common.verbose());
        List<Finding> findings = new ArrayList<>(
                MachineChecks.all(ProcessSettings.from(config).data(), config.getInt("vito.dashboard.port")));
        findings.addAll(SystemChecks.decoder(config));
        findings.add(SystemChecks.kafka(config));
        findings.forEach(f -> spec.commandLine()
                .getOut()
                .printf("%-5s %-11s %s%n", f.grade().name().toLowerCase(Locale.ROOT), f.subject(), f.text()));
        return MachineChecks.worst(findings) == Finding.Grade.FAIL ? 1 : 0;
    }
}
