package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which learners of one run find each other. */
final class GroupOptions {
    @Option(
            names = "--rank",
            paramLabel = "R",
            description = "Place of this learner among them, from 0; that of rank 0 leads, and has the data directory.")
    @Nullable
    Integer rank;

    @Option(
            names = "--of",
            paramLabel = "N",
            description = "How many there are; each trains on an N-th of every batch. All need the same settings.")
    @Nullable
    Integer of;

    @Option(
            names = "--leader",
            paramLabel = "HOST:PORT",
            description = "Where that of rank 0 listens for the others; they use further ports among themselves.")
    @Nullable
    String leader;

    /** These options as settings. */
    Config asSettings() {
        Config config = ConfigFactory.empty();
        config = with(config, "rank", rank, "--rank");
        config = with(config, "of", of, "--of");
        return with(config, "leader", leader, "--leader");
    }

    private static Config with(Config config, String key, @Nullable Object value, String option) {
        return value == null ? config : CommonOptions.with(config, "vito.learner.group." + key, value, option);
    }
}
