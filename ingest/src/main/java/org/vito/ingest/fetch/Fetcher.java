package org.vito.ingest.fetch;

import java.net.URI;
import java.util.Set;
import org.vito.protocol.VitoException;

/** Opens addresses of one kind. Calls block; an implementation is safe to use from several threads. */
public interface Fetcher {
    /** The URI schemes that it opens, in lower case. */
    Set<String> schemes();

    /**
     * Begins to fetch. The caller closes the download.
     *
     * @throws VitoException NOT_FOUND, FORBIDDEN, TOO_LARGE or BAD_ADDRESS; a {@link
     *     org.vito.protocol.RetriableException} where trying again may help
     */
    Download open(URI address);
}
