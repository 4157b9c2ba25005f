package org.vito.ingest.live;

import java.io.IOException;
import org.vito.ingest.fetch.LiveFeed;

/** Decides where one file ends and the next begins. */
interface Cutter {
    /**
     * Writes a piece of the stream to the files.
     *
     * @throws IOException if they cannot be written
     * @throws org.vito.protocol.VitoException if the bytes are not what they should be
     */
    void accept(LiveFeed.Piece piece) throws IOException;

    /** The stream was interrupted: ends the file, and what comes next does not go on where it ended. */
    void interrupt() throws IOException;

    /** How many pictures, or pieces with pictures, have come so far. */
    long pictures();
}
