package org.vito.decode;

import com.typesafe.config.Config;

/** Settings of decoding; every key is explained in {@code reference.conf} under {@code vito.decode}. */
public record DecodeSettings() {
    /** Reads and checks {@code vito.decode}. */
    public static DecodeSettings from(Config config) {
        throw new UnsupportedOperationException();
    }
}
