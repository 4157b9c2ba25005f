package org.vito.ingest;

import org.vito.protocol.v1.Origin;
import org.vito.protocol.v1.StoredVideo;

/**
 * The places at which a video was found, as its record keeps them.
 *
 * @param most most of them that are kept
 */
record Origins(int most) {
    private static final int LARGEST_RECORD = 256 << 10; // bytes; Kafka takes a megabyte where nobody says otherwise

    /** {@code video} with {@code origin} too, unless it is there or there is no room. */
    StoredVideo with(StoredVideo video, Origin origin) {
        boolean there = video.getOriginsList().stream().anyMatch(o -> isSame(o, origin));
        int size = video.getSerializedSize() + origin.getSerializedSize();
        if (there || video.getOriginsCount() >= most || size > LARGEST_RECORD) {
            return video;
        }
        return video.toBuilder().addOrigins(origin).build();
    }

    /** {@code video} with every origin of {@code other} too, while there is room. */
    StoredVideo union(StoredVideo video, StoredVideo other) {
        StoredVideo both = video;
        for (Origin origin : other.getOriginsList()) {
            both = with(both, origin);
        }
        return both;
    }

    private static boolean isSame(Origin one, Origin other) {
        return one.getUri().equals(other.getUri()) && one.getSubmissionId().equals(other.getSubmissionId());
    }
}
