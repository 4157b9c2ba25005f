package org.vito.deploy;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import org.vito.protocol.Settings;

/**
 * Settings of a process as a whole; every key is explained in {@code reference.conf} under {@code vito} and {@code
 * vito.process}.
 *
 * @param data where everything lies that must survive a restart
 * @param instance the process's name, or empty for one made from the host and the roles
 * @param objects directory of the object store
 * @param replication replication factor of new topics, or -1 for the broker's default
 * @param stopTimeout how long a role may take to stop
 * @param learnerStopTimeout how long the learner may take
 * @param progressInterval time between two progress lines
 */
record ProcessSettings(
        Path data,
        String instance,
        Path objects,
        int replication,
        Duration stopTimeout,
        Duration learnerStopTimeout,
        Duration progressInterval) {
    static ProcessSettings from(Config config) {
        Settings vito = Settings.at(config, "vito");
        Settings process = vito.in("process");
        Path data = vito.path("data").toAbsolutePath().normalize();
        String objects = vito.in("objects").text("directory");
        Duration interval = process.duration("progress-interval");
        process.check("progress-interval", interval.toMillis() >= 100, "a duration of at least 100ms");
        return new ProcessSettings(
                data,
                vito.text("instance"),
                objects.isEmpty() ? data.resolve("objects") : Path.of(objects),
                vito.in("kafka").whole("replication", -1, 100),
                process.duration("stop-timeout"),
                process.duration("learner-stop-timeout"),
                interval);
    }

    /** How long {@code role} may take to stop. */
    Duration stopTimeout(Role role) {
        return role == Role.LEARN ? learnerStopTimeout : stopTimeout;
    }
}
