package org.vito.ingest.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.rtsp.RtpVideo;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/** The video of a camera: {@code rtsp://host/path}, as an MPEG transport stream. */
final class RtspFeed extends ConnectedFeed<RtspConnection> {
    private final Credentials credentials;
    private @Nullable RtpVideo video; // of the connection
    private Instant lastPicture;

    RtspFeed(URI address, Credentials credentials, HttpConnection.Means means) {
        super(address, means);
        this.credentials = credentials;
        lastPicture = means.clock().instant();
    }

    @Override
    RtspConnection connect() {
        video = null;
        return RtspConnection.open(address, credentials, means);
    }

    @Override
    Piece receive(RtspConnection from) throws IOException {
        RtpVideo pictures = video;
        if (pictures == null) {
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
    }
}
