package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Finds the Kafka that a command is meant to speak to. */
final class KafkaAddress {
    private KafkaAddress() {}

    /** The configured Kafka, or nothing if none is named. */
    static Optional<KafkaAccess> configured(Config config) {
        String servers = config.getString("vito.kafka.bootstrap-servers");
        return servers.isEmpty() ? Optional.empty() : Optional.of(access(config, servers));
    }

    /**
     * The configured Kafka, else the embedded broker that runs now with the same data directory.
     *
     * @throws VitoException {@link Reason#KAFKA} if there is neither
     */
    static KafkaAccess existing(Config config) {
        return configured(config)
                .or(() -> BrokerIdentity.running(BrokerSettings.from(config).directory())
                        .map(servers -> access(config, servers)))
                .orElseThrow(() -> new VitoException(
                        Reason.KAFKA,
                        ("no Kafka is named and no embedded broker of data directory %s is running; give "
                                        + "--bootstrap-servers host:port, or the --data of a running vito run, demo or"
                                        + " broker")
                                .formatted(config.getString("vito.data"))));
    }

    /** Access to {@code servers} with the configured client properties. */
    static KafkaAccess access(Config config, String servers) {
        Map<String, String> properties = new HashMap<>();
        for (Map.Entry<String, ConfigValue> entry :
                config.getConfig("vito.kafka.properties").entrySet()) {
            String key = entry.getKey().replace("\"", "");
            properties.put(key, String.valueOf(entry.getValue().unwrapped()));
        }
        return new KafkaAccess(servers, properties);
    }
}
