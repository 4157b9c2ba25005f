package org.vito.ingest.fetch;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/** A stream that comes over a connection, whose end is an interruption; the next call after one makes another. */
abstract class ConnectedFeed<C extends Closeable> implements LiveFeed {
    static final Duration FOR_EVER = Duration.ofDays(3650);

    final URI address;
    final String shown;
    final HttpConnection.Means means;
    final byte[] buffer = new byte[1 << 16];
    private volatile @Nullable C connection;

    ConnectedFeed(URI address, HttpConnection.Means means) {
        this.address = address;
        this.means = means;
        shown = Addresses.shown(address.toString());
    }

    /** Makes a connection. */
    abstract C connect() throws IOException;

    /** The next bytes of a connection, null if there will never be any. @throws EOFException if it has ended */
    abstract @Nullable Piece receive(C from) throws IOException;

    @Override
    public final @Nullable Piece next() {
        try {
            C from = connection;
            if (from == null) {
                from = connect();
                connection = from;
            }
            return receive(from);
        } catch (EOFException e) {
            disconnect();
            throw new RetriableException(Reason.UNREACHABLE, shown + " ended", e);
        } catch (IOException e) {
            disconnect();
            throw new RetriableException(Reason.UNREACHABLE, shown + " cannot be received: " + e, e);
        } catch (RuntimeException e) {
            disconnect();
            throw e;
        }
    }

    /** What a stream of bytes has next. */
    final Piece read(InputStream from) throws IOException {
        int count = from.read(buffer);
        if (count < 0) {
            throw new EOFException();
        }
        return new Piece(ByteBuffer.wrap(buffer, 0, count), null);
    }

    @Override
    public void close() {
        disconnect();
    }

    @Override
    public final void disconnect() {
        Closeable open = connection;
        connection = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            return; // it is of no use any more
        }
    }
}
