package org.vito.evaluator.plan;

import java.util.Locale;
import org.vito.protocol.VitoException;

/** How a failure is told in a score: {@code CODE: sentence}. */
final class Failures {
    private static final int LONGEST = 2_000;

    private Failures() {}

    static String told(Throwable cause) {
        Throwable known = cause;
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof VitoException) {
                known = t;
                break;
            }
        }
        String message =
                known.getMessage() == null || !(known instanceof VitoException) ? known.toString() : known.getMessage();
        String told = VitoException.reasonOf(cause) + ": " + message;
        return told.length() <= LONGEST ? told : told.substring(0, LONGEST) + "…";
    }

    /** The code at the head of a told failure, or "". */
    static String codeOf(String told) {
        int colon = told.indexOf(':');
        return colon < 0 ? "" : told.substring(0, colon).toUpperCase(Locale.ROOT);
    }
}
