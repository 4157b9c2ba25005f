package org.vito.ingest.fetch;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an HLS playlist says (RFC 8216), as far as it concerns pictures. Every address in it is absolute. */
sealed interface Playlist {
    /** The same video at several rates. */
    record Master(List<Variant> variants) implements Playlist {
        public Master {
            variants = List.copyOf(variants);
        }
    }

    /**
     * The pieces of a video.
     *
     * @param target the longest duration of a segment
     * @param ended whether no segment will be added
     */
    record Media(Duration target, boolean ended, List<Segment> segments) implements Playlist {
        public Media {
            segments = List.copyOf(segments);
        }

        /**
         * Its pieces: segments in which nothing is missing and no other content begins. What lies on the other side of an
         * advertisement has times and pictures of its own.
         */
        List<List<Segment>> pieces() {
            List<List<Segment>> pieces = new ArrayList<>();
            List<Segment> piece = new ArrayList<>();
            for (Segment segment : segments) {
                if (!piece.isEmpty() && !segment.follows(piece.get(piece.size() - 1))) {
                    pieces.add(piece);
                    piece = new ArrayList<>();
                }
                piece.add(segment);
            }
            if (!piece.isEmpty()) {
                pieces.add(piece);
            }
            return pieces;
        }
    }

    /** How long segments last together. */
    static Duration duration(List<Segment> segments) {
        return segments.stream().map(Segment::duration).reduce(Duration.ZERO, Duration::plus);
    }

    /**
     * One rate of a video.
     *
     * @param bandwidth its peak in bits per second
     * @param height of its pictures in pixels, 0 if that is not said
     * @param hasVideo whether it says, or does not deny, that it has pictures
     */
    record Variant(URI address, long bandwidth, int height, boolean hasVideo) {}

    /** Bytes {@code offset} to {@code offset + length - 1} of an address. */
    record Part(long offset, long length) {}

    /** Where bytes are: a whole address, or a part of it. */
    record Place(URI address, @Nullable Part part) {}

    /** AES-128 in cipher block chaining: where the key is, and the first block; null if that is the segment's number. */
    record Key(URI address, @Nullable String iv) {}

    /**
     * A piece of a video.
     *
     * @param number its media sequence number
     * @param discontinuity whether something else begins with it
     * @param init what must stand before it, or null
     * @param key what it is encrypted with, or null
     */
    record Segment(
            Place place,
            long number,
            Duration duration,
            boolean discontinuity,
            @Nullable Init init,
            @Nullable Key key) {
        /** Whether it goes on where {@code before} ended, so that both may stand in one file. */
        boolean follows(Segment before) {
            Init mine = init;
            boolean sameInit = mine == null ? before.init == null : mine.equals(before.init);
            return !discontinuity && number == before.number + 1 && sameInit;
        }
    }

    /** The headers of fragmented MP4, which stand before its first segment. */
    record Init(Place place, @Nullable Key key) {}
}
