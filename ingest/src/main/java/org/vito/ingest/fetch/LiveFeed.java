package org.vito.ingest.fetch;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.VitoException;

/** What comes from a stream that goes on. Used by one thread; {@link #close} may come from another and ends a wait. */
public interface LiveFeed extends AutoCloseable {
    /**
     * Bytes of a stream.
     *
     * @param bytes what remains in the buffer, which is valid until the next call
     * @param segment what is known of them if they are a whole segment, null if they are any piece of a stream
     */
    record Piece(ByteBuffer bytes, @Nullable Part segment) {}

    /**
     * A segment of a playlist.
     *
     * @param init what must stand before it in a file; may be empty
     * @param durationUs how long it lasts
     * @param fresh whether it does not go on where the one before ended
     */
    record Part(ByteBuffer init, long durationUs, boolean fresh) {}

    /**
     * The next bytes; blocks, and connects if need be, also after a failure.
     *
     * @return null if the stream has ended for good
     * @throws VitoException why there are none: a {@link org.vito.protocol.RetriableException} if there may be if it is asked
     *     again after a while
     */
    @Nullable
    Piece next();

    /** Lets go of the connection; {@link #next} makes another. */
    void disconnect();

    @Override
    void close();
}
