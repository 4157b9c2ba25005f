package org.vito.learner.model;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;

/** Settings of networks small enough for tests. */
final class TestSettings {
    private TestSettings() {}

    /** A bottleneck network of width 4 as in the golden vectors: 4 clips of 3 views. */
    static ModelSettings tiny(int size) {
        return with(
                """
                vito.learner.model {
                  architecture = tiny, block = bottleneck, depths = [1, 1, 1, 1], width = 4, zero-gamma = false
                  projector { hidden = 32, output = 8 }
                  views = 3, clips = 4, size = %d, threads = 1
                }
                """
                        .formatted(size));
    }

    /** The settings of reference.conf but for {@code overrides}. */
    static ModelSettings with(String overrides) {
        Config config = ConfigFactory.parseString(overrides)
                .withFallback(ConfigFactory.defaultReference())
                .resolve();
        return ModelSettings.from(config);
    }
}
