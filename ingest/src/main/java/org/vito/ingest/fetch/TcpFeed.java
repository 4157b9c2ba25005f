package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Instant;

/** Bytes that a server sends to whoever connects: {@code tcp://host:port}. */
final class TcpFeed extends ConnectedFeed<InputStream> {
    TcpFeed(URI address, HttpConnection.Means means) {
        super(address, means);
    }

    @Override
    InputStream connect() throws IOException {
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
    Piece receive(InputStream from) throws IOException {
        return read(from);
    }
}
