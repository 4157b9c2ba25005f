package org.vito.ingest.fetch;

import java.net.URI;
import java.util.List;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** An address stands for several videos, each of which has an address of its own. */
public final class SeveralVideosException extends VitoException {
    private static final long serialVersionUID = 1L;

    private final transient List<URI> addresses;

    SeveralVideosException(String message, List<URI> addresses) {
        super(Reason.BAD_ADDRESS, message);
        this.addresses = List.copyOf(addresses);
    }

    /** The addresses of the videos. */
    public List<URI> addresses() {
        return addresses;
    }
}
