package org.vito.learner;

import com.typesafe.config.Config;

/** Settings of the learner; every key is explained in {@code reference.conf} under {@code vito.learner}. */
public record LearnerSettings() {
    /** Reads and checks {@code vito.learner}. */
    public static LearnerSettings from(Config config) {
        throw new UnsupportedOperationException();
    }
}
