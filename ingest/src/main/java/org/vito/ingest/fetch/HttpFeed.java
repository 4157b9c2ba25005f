package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A stream over http or https: an HLS playlist to which segments are added, or bytes without an end. */
final class HttpFeed extends ConnectedFeed<InputStream> {
    private static final int MARK = "#EXTM3U".length();

    private final HlsLimits limits;
    private final HttpFetcher http;
    private volatile @Nullable HlsLive playlist; // kept over interruptions, since it knows what it had

    HttpFeed(URI address, HttpConnection.Means means, HlsLimits limits) {
        super(address, means);
        this.limits = limits;
        http = new HttpFetcher(means);
    }

    /** The bytes without an end; none where there is a playlist, which makes connections of its own. */
    @Override
    InputStream connect() throws IOException {
        if (playlist != null) {
            return InputStream.nullInputStream();
        }
        Instant never = means.clock().instant().plus(FOR_EVER);
        InputStream body = http.open(address, null, never).download().body();
        try {
            PushbackInputStream peeked = new PushbackInputStream(body, MARK);
            byte[] beginning = peeked.readNBytes(MARK);
            peeked.unread(beginning);
            if (PlaylistReader.isPlaylist(beginning)) {
                playlist = new HlsLive(address, http, means, limits);
                peeked.close();
            }
            return peeked;
        } catch (IOException | RuntimeException e) {
            body.close();
            throw e;
        }
    }

    @Override
    @Nullable
    Piece receive(InputStream from) throws IOException {
        HlsLive known = playlist;
        return known != null ? known.next() : read(from);
    }

    @Override
    public void close() {
        HlsLive known = playlist;
        if (known != null) {
            known.close();
        }
        super.close();
    }
}
