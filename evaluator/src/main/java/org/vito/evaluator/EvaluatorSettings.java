package org.vito.evaluator;

import com.typesafe.config.Config;

/** Settings of evaluation; every key is explained in {@code reference.conf} under {@code vito.evaluator}. */
public record EvaluatorSettings() {
    /** Reads and checks {@code vito.evaluator}. */
    public static EvaluatorSettings from(Config config) {
        throw new UnsupportedOperationException();
    }
}
