package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vito broker}: the embedded broker alone. */
@Command(
        name = "broker",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Run the embedded broker alone, for roles started one by one on this machine.",
        description = {"", "A real, single-node Kafka that listens on this machine only and keeps its log in --data."},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Stopped as asked.",
            "1:The broker failed; the message says why.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExample:%n",
        footer = {"  vito broker --data /srv/vito --port 9092 &", "  vito ingest --data /srv/vito --videos ~/Videos"})
final class BrokerCommand implements Callable<Integer> {
    @Option(
            names = "--port",
            order = 1,
            paramLabel = "PORT",
            description = "Port to listen on; 0 = the one of last time, or any free one.")
    @Nullable
    Integer port;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() throws Exception {
        Config options = ConfigFactory.empty();
        if (port != null) {
            options = CommonOptions.with(options, "vito.broker.port", port, "--port");
        }
        options = CommonOptions.with(options, "vito.kafka.bootstrap-servers", "", "vito broker");
        Config config = common.configuration(options, List.of());
        Logging.toFile(ProcessSettings.from(config).data(), "broker", common.verbose());
        return new Session(Terminal.shared(), config, "broker", EnumSet.noneOf(Role.class)).run();
    }
}
