package org.vito.deploy;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import org.vito.protocol.Settings;

/**
 * Settings of the embedded broker; every key is explained in {@code reference.conf} under {@code vito.broker}.
 *
 * @param directory where the broker keeps its log; created if missing
 * @param port 0 = the port of the last start if that is free, else any free one
 * @param stopTimeout how long a clean stop may take before the broker is left to recover at its next start
 * @param segmentBytes size at which a partition begins a new file
 */
record BrokerSettings(Path directory, int port, Duration stopTimeout, long segmentBytes) {
    static BrokerSettings from(Config config) {
        Settings settings = Settings.at(config, "vito.broker");
        String directory = settings.text("directory");
        return new BrokerSettings(
                directory.isEmpty() ? Path.of(config.getString("vito.data")).resolve("broker") : Path.of(directory),
                settings.whole("port", 0, 65_535),
                settings.duration("stop-timeout"),
                settings.bytes("segment-size", 1 << 20));
    }
}
