package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/** Bytes that a server sends to whoever connects: {@code tcp://host:port}. Its end is an interruption. */
final class TcpFeed implements LiveFeed {
    static final Duration FOR_EVER = Duration.ofDays(3650);

    private final URI address;
    private final HttpConnection.Means means;
    private final byte[] buffer = new byte[1 << 16];
    private volatile @Nullable InputStream in;

    TcpFeed(URI address, HttpConnection.Means means) {
        this.address = address;
        this.means = means;
    }

    @Override
    public @Nullable Piece next() {
        String shown = Addresses.shown(address.toString());
        try {
            InputStream from = in;
            if (from == null) {
                from = connect(shown);
                in = from;
            }
            int count = from.read(buffer);
            if (count < 0) {
                throw new RetriableException(Reason.UNREACHABLE, shown + " ended");
            }
            return new Piece(ByteBuffer.wrap(buffer, 0, count), null);
        } catch (IOException e) {
            disconnect();
            throw new RetriableException(Reason.UNREACHABLE, shown + " broke off: " + e, e);
        } catch (RuntimeException e) {
            disconnect();
            throw e;
        }
    }

    private InputStream connect(String shown) throws IOException {
        means.policy().check(address);
        Instant never = means.clock().instant().plus(FOR_EVER);
        Socket socket = HttpConnection.connect(address, shown, address.getPort(), never, means);
        try {
            return new Wire(shown, socket, means.limits().read(), never, means.clock());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public void close() {
        disconnect();
    }

    @Override
    public void disconnect() {
        InputStream open = in;
        in = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            return; // it is of no use any more
        }
    }
}
