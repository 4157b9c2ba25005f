package org.vito.deploy;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Finds in a failure what to tell people. */
final class Causes {
    private Causes() {}

    /** {@code thrown} without the wrapping that futures put around a failure. */
    static Throwable plain(Throwable thrown) {
        Throwable t = thrown;
        while ((t instanceof CompletionException || t instanceof ExecutionException) && t.getCause() != null) {
            t = t.getCause();
        }
        return t;
    }

    /** One line for people: our own message where there is one, else the first cause's kind and message. */
    static String line(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof VitoException && t.getMessage() != null) {
                return t.getMessage();
            }
        }
        Throwable plain = plain(thrown);
        return plain.getMessage() == null
                ? plain.getClass().getSimpleName()
                : plain.getClass().getSimpleName() + ": " + plain.getMessage();
    }

    /** Exit code of a command that failed with {@code thrown}: 2 for settings that cannot be used, 1 for everything else. */
    static int exitCode(Throwable thrown) {
        return VitoException.reasonOf(thrown) == Reason.BAD_SETTING ? 2 : 1;
    }
}
