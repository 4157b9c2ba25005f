package org.vito.ingest.fetch;

import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.rtsp.RtpVideo;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/** The video of a camera: {@code rtsp://host/path}, as an MPEG transport stream. Its end is an interruption. */
final class RtspFeed implements LiveFeed {
    private final URI address;
    private final Credentials credentials;
    private final HttpConnection.Means means;
    private volatile @Nullable RtspConnection connection;
    private @Nullable RtpVideo video; // of the connection
    private Instant lastPicture;

    RtspFeed(URI address, Credentials credentials, HttpConnection.Means means) {
        this.address = address;
        this.credentials = credentials;
        this.means = means;
        lastPicture = means.clock().instant();
    }

    @Override
    public @Nullable Piece next() {
        String shown = Addresses.shown(address.toString());
        try {
            RtspConnection from = connection;
            RtpVideo pictures = video;
            if (from == null || pictures == null) {
                from = RtspConnection.open(address, credentials, means);
                connection = from;
                pictures = new RtpVideo(from.play());
                video = pictures;
                lastPicture = means.clock().instant();
            }
            while (true) {
                ByteBuffer picture = pictures.accept(from.packet());
                Instant now = means.clock().instant();
                if (picture.hasRemaining()) {
                    lastPicture = now;
                    return new Piece(picture, null);
                }
                Duration without = Duration.between(lastPicture, now);
                if (without.compareTo(means.limits().read()) > 0) {
                    throw new RetriableException(
                            Reason.UNREACHABLE,
                            "%s sends packets but has had no picture for %d ms".formatted(shown, without.toMillis()));
                }
            }
        } catch (EOFException e) {
            disconnect();
            throw new RetriableException(Reason.UNREACHABLE, shown + " ended", e);
        } catch (IOException e) {
            disconnect();
            throw new RetriableException(Reason.UNREACHABLE, shown + " broke off: " + e, e);
        } catch (RuntimeException e) {
            disconnect();
            throw e;
        }
    }

    @Override
    public void close() {
        disconnect();
    }

    @Override
    public void disconnect() {
        RtspConnection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }
}
