package org.vito.tests;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What a test needs from the machine beside Maven's artifacts. Where it is missing the test is skipped, saying why; with
 * {@code -Dvito.tests.complete=true} (as {@code deploy/check} sets it once it has seen to everything) it fails.
 */
final class Needs {
    private Needs() {}

    static void that(boolean present, String what) {
        if (!present && Boolean.getBoolean("vito.tests.complete")) {
            fail(what + " is missing; deploy/check gets it");
        }
        assumeTrue(present, what + " is missing; deploy/check gets it");
    }
}
