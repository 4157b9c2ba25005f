package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/** A stream over http or https: an HLS playlist to which segments are added, or bytes without an end. */
final class HttpFeed implements LiveFeed {
    private static final int MARK = "#EXTM3U".length();

    private final URI address;
    private final HttpConnection.Means means;
    private final HlsLimits limits;
    private final HttpFetcher http;
    private final byte[] buffer = new byte[1 << 16];
    private volatile @Nullable InputStream in;
    private volatile @Nullable HlsLive playlist; // kept over interruptions, since it knows what it had

    HttpFeed(URI address, HttpConnection.Means means, HlsLimits limits) {
        this.address = address;
        this.means = means;
        this.limits = limits;
        http = new HttpFetcher(means);
    }

    @Override
    public @Nullable Piece next() {
        HlsLive known = playlist;
        if (known != null) {
            return known.next();
        }
        String shown = Addresses.shown(address.toString());
        try {
            InputStream from = in;
            if (from == null) {
                from = connect();
                if (from == null) {
                    return next(); // it is a playlist
                }
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

    private @Nullable InputStream connect() throws IOException {
        Instant never = means.clock().instant().plus(TcpFeed.FOR_EVER);
        InputStream body = http.open(address, null, never).download().body();
        try {
            PushbackInputStream peeked = new PushbackInputStream(body, MARK);
            byte[] beginning = peeked.readNBytes(MARK);
            peeked.unread(beginning);
            if (!PlaylistReader.isPlaylist(beginning)) {
                return peeked;
            }
            peeked.close();
            playlist = new HlsLive(address, http, means, limits);
            return null;
        } catch (IOException | RuntimeException e) {
            body.close();
            throw e;
        }
    }

    @Override
    public void close() {
        HlsLive known = playlist;
        if (known != null) {
            known.close();
        }
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
