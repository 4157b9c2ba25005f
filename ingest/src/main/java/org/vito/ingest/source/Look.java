package org.vito.ingest.source;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a source found when it looked.
 *
 * @param found videos that the ledger does not know
 * @param refused entries that name no video
 * @param again when to look again: zero if there is more already, null if there will never be
 */
record Look(List<Found> found, List<Refused> refused, @Nullable Duration again) {
    Look {
        found = List.copyOf(found);
        refused = List.copyOf(refused);
    }

    /**
     * A video to submit. Title and licence may be empty.
     *
     * @param origin where it comes from, if that is not its address; else empty
     */
    record Found(String id, URI address, String title, String licence, String origin) {
        Found(String id, URI address, String title, String licence) {
            this(id, address, title, licence, "");
        }
    }

    /** An entry that cannot be submitted: where it stands, what it says, and why not. */
    record Refused(String id, String subject, String text, RuntimeException cause) {}
}
