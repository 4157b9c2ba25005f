package org.vito.augment;

import com.typesafe.config.Config;

/** Settings of the view transforms; every key is explained in {@code reference.conf} under {@code vito.augment}. */
public record AugmentSettings() {
    /** Reads and checks {@code vito.augment}. */
    public static AugmentSettings from(Config config) {
        throw new UnsupportedOperationException();
    }
}
