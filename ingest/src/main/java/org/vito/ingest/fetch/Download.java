package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of an address while they arrive. Reading fails with a {@link org.vito.protocol.RetriableException} where trying
 * again may help; an {@link IOException} never comes from the stream itself, so that one from whoever stores it can be told
 * apart.
 *
 * @param body the bytes, in order; closed with the download
 * @param sizeBytes how many bytes were announced, or -1
 */
public record Download(InputStream body, long sizeBytes) implements AutoCloseable {
    @Override
    public void close() throws IOException {
        body.close();
    }
}
