package org.vito.evaluator;

import com.typesafe.config.Config;

/**
 * Settings of the live page; every key is explained in {@code reference.conf} under {@code vito.dashboard}.
 *
 * @param host address to listen on
 * @param port 0 = any free one
 */
public record DashboardSettings(String host, int port) {
    /** Reads and checks {@code vito.dashboard}. */
    public static DashboardSettings from(Config config) {
        throw new UnsupportedOperationException();
    }
}
