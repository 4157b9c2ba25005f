package org.vito.ingest.fetch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A connection that is read from until a deadline, also by TLS above it: a server that sends a handshake or a record byte by byte
 * would hold a reader for days if only the wait for the next byte had an end.
 */
final class TimedSocket extends Socket {
    private final Duration read;
    private final Instant deadline;
    private final InstantSource clock;

    /**
     * @param read longest wait for the next byte
     * @param deadline when everything must have arrived
     */
    TimedSocket(Duration read, Instant deadline, InstantSource clock) {
        super(Proxy.NO_PROXY);
        this.read = read;
        this.deadline = deadline;
        this.clock = clock;
    }

    /** Its reads throw a {@link SocketTimeoutException} when nothing comes for too long, or the deadline is over. */
    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                await();
                return in.read();
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                await();
                return in.read(to, offset, length);
            }
        };
    }

    private void await() throws IOException {
        long left = Duration.between(clock.instant(), deadline).toMillis();
        if (left <= 0) {
            throw new SocketTimeoutException("not received in the time allowed");
        }
        setSoTimeout((int) Math.min(Integer.MAX_VALUE, Math.min(left, read.toMillis())));
    }
}
