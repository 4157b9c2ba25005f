package org.vito.ingest.source;

import java.io.IOException;

/** Where videos are looked for. Used by one thread at a time. */
interface VideoSource extends AutoCloseable {
    /**
     * Looks for videos that {@code seen} does not know, a bounded number at a time; blocks.
     *
     * @throws IOException if it cannot look now
     */
    Look look(Ledger seen) throws IOException;

    /** Whether something stirred since the last look, so that the next need not wait; never blocks. */
    default boolean stirred() {
        return false;
    }

    /** What keeps it from finding videos now although it is looked at; empty if nothing does. Never blocks. */
    default String condition() {
        return "";
    }

    @Override
    default void close() throws IOException {}
}
