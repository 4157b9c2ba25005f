package org.vito.evaluator;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import org.vito.protocol.Settings;

/**
 * Where the processes that evaluate together find each other; every key is explained in {@code reference.conf} under {@code
 * vito.cluster}.
 *
 * @param host by which the others reach this process
 * @param port 0 = any free one
 * @param seeds {@code host:port} of those that are asked to let this one in; empty = this process evaluates alone
 */
public record ClusterSettings(String host, int port, List<String> seeds) {
    /** Name of every actor system of a cluster; part of addresses. */
    static final String NAME = "vito";

    private static final String SEED = "[^\\s:/@]+:[0-9]{1,5}|\\[[0-9a-fA-F:.]+\\]:[0-9]{1,5}";

    public ClusterSettings {
        seeds = List.copyOf(seeds);
    }

    /** Reads and checks {@code vito.cluster}. */
    public static ClusterSettings from(Config config) {
        Settings s = Settings.at(config, "vito.cluster");
        ClusterSettings settings = new ClusterSettings(s.text("host"), s.whole("port", 0, 65_535), s.texts("seeds"));
        s.check("host", !settings.host.isBlank(), "a name or address of this machine");
        settings.seeds.forEach(seed -> s.check("seeds", seed.matches(SEED), "a list of host:port, not " + seed));
        s.check(
                "port",
                settings.seeds.isEmpty() || settings.port > 0,
                "a port above 0 where vito.cluster.seeds are given, so that others find this process");
        return settings;
    }

    /** The settings of the cluster's actor system, above those of {@code process}. */
    Config asAkka(Config process) {
        return ConfigFactory.parseMap(
                        Map.of(
                                "akka.remote.artery.canonical.hostname",
                                host,
                                "akka.remote.artery.canonical.port",
                                port),
                        "vito.cluster")
                .withFallback(ConfigFactory.parseResources(ClusterSettings.class.getClassLoader(), "vito-cluster.conf"))
                .withFallback(process);
    }
}
