package org.vito.evaluator;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.Optional;
import org.vito.protocol.Settings;

/**
 * Settings of the live page; every key is explained in {@code reference.conf} under {@code vito.dashboard}.
 *
 * @param host address to listen on
 * @param port 0 = any free one
 * @param tensorboard where event files are written, if anywhere
 * @param pictures where evaluators put pictures
 */
public record DashboardSettings(
        String host, int port, Optional<Path> tensorboard, EvaluatorSettings.Pictures pictures) {
    /** Reads and checks {@code vito.dashboard}. */
    public static DashboardSettings from(Config config) {
        Settings s = Settings.at(config, "vito.dashboard");
        s.check("host", !s.text("host").isBlank(), "an address or a host's name");
        return new DashboardSettings(
                s.text("host"),
                s.whole("port", 0, 65_535),
                s.text("tensorboard").isBlank() ? Optional.empty() : Optional.of(s.path("tensorboard")),
                EvaluatorSettings.Pictures.from(Settings.at(config, "vito.evaluator.pictures")));
    }
}
