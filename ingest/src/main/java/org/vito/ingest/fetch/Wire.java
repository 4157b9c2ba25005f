package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/** What comes out of a socket, in which no wait is longer than allowed, nor the whole. Closing it closes the socket. */
final class Wire extends BlockStream {
    private final String address;
    private final Socket socket;
    private final InputStream in;
    private final Duration read;
    private final Instant deadline;
    private final InstantSource clock;

    /**
     * @param address what messages call the server's side
     * @param read longest wait for the next byte
     * @param deadline when everything must have arrived
     */
    Wire(String address, Socket socket, Duration read, Instant deadline, InstantSource clock) throws IOException {
        this.address = address;
        this.socket = socket;
        this.read = read;
        this.deadline = deadline;
        this.clock = clock;
        in = socket.getInputStream();
    }

    @Override
    public int read(byte[] to, int offset, int length) {
        long left = Duration.between(clock.instant(), deadline).toMillis();
        if (left <= 0) {
            throw late();
        }
        try {
            return in.read(to, offset, length);
        } catch (SocketTimeoutException e) {
            throw left < read.toMillis()
                    ? late()
                    : new RetriableException(
                            Reason.UNREACHABLE, "%s sent nothing for %d ms".formatted(address, read.toMillis()), e);
        } catch (IOException e) {
            throw new RetriableException(Reason.UNREACHABLE, "the connection to " + address + " broke: " + e, e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private RetriableException late() {
        return new RetriableException(Reason.UNREACHABLE, address + " was not fetched in the time allowed");
    }
}
