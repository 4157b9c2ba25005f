package org.vito.ingest.live;

import java.io.IOException;
import org.vito.ingest.fetch.LiveFeed;

/** Cuts between segments, each of which can be decoded by itself behind its headers. */
final class SegmentCutter implements Cutter {
    private final CutFiles files;
    private final long lengthUs;
    private final long mostBytes;
    private long elapsedUs;
    private long pictures;

    SegmentCutter(CutFiles files, long lengthUs, long mostBytes) {
        this.files = files;
        this.lengthUs = lengthUs;
        this.mostBytes = mostBytes;
    }

    @Override
    public void accept(LiveFeed.Piece piece) throws IOException {
        LiveFeed.Part segment = piece.segment();
        if (segment == null) {
            throw new IllegalArgumentException("no segment");
        }
        boolean full = elapsedUs >= lengthUs || files.size() + piece.bytes().remaining() > mostBytes;
        if (!files.isOpen() || segment.fresh() || full) {
            files.begin();
            elapsedUs = 0;
            files.write(segment.init());
        }
        files.write(piece.bytes());
        elapsedUs += segment.durationUs();
        pictures++;
        if (elapsedUs >= lengthUs) {
            files.end(); // not when the next comes, which may be long
        }
    }

    @Override
    public void interrupt() {
        // What follows says whether it goes on where the last segment ended.
    }

    @Override
    public long pictures() {
        return pictures;
    }
}
