package org.vito.ingest;

import com.typesafe.config.Config;

/** Settings of ingest and curation; every key is explained in {@code reference.conf} under {@code vito.ingest}. */
public record IngestSettings() {
    /** Reads and checks {@code vito.ingest}. */
    public static IngestSettings from(Config config) {
        throw new UnsupportedOperationException();
    }
}
