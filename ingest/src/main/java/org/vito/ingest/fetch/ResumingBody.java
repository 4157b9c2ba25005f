package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.vito.protocol.RetriableException;

/**
 * A body that goes on where it broke off, by asking for the rest (RFC 9110 §14), as long as each connection brings
 * something and the server vouches that it is the rest of the same.
 */
final class ResumingBody extends BlockStream {
    private static final int MOST = 16; // connections after the first

    /** Asks for the bytes from a position on. */
    @FunctionalInterface
    interface Rest {
        /** The bytes from {@code position} on; nothing if the server has them no more, or gives none but the whole. */
        Optional<InputStream> from(long position);
    }

    private final Rest rest;
    private InputStream body;
    private long position;
    private long connectedAt;
    private int resumed;

    ResumingBody(InputStream body, Rest rest) {
        this.body = body;
        this.rest = rest;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        while (true) {
            try {
                int count = body.read(to, offset, length);
                position += Math.max(0, count);
                return count;
            } catch (RetriableException e) {
                body.close();
                resume(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        body.close();
    }

    private void resume(RetriableException broken) {
        if (position == connectedAt || resumed == MOST) {
            throw broken;
        }
        resumed++;
        connectedAt = position;
        try {
            body = rest.from(position).orElseThrow(() -> broken);
        } catch (RetriableException e) {
            if (e != broken) {
                broken.addSuppressed(e);
            }
            throw broken;
        }
    }
}
