package org.vito.decode;

import java.util.HashSet;
import java.util.Set;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topics;

/**
 * The videos that have been planned, by any process, as far back as {@link Topics#SEGMENTS} is kept.
 *
 * <p>The topic itself is the memory: a video is planned if a committed segment of it is there. Before an unknown video is
 * called unplanned, everything committed until now is read. Announcements of one video lie in one partition, which has one
 * reader at a time, and a reader commits before it hands a partition over; so the next reader sees what the one before
 * planned. What this reader planned but may not have committed yet it remembers itself; a run of the stream that breaks off
 * takes that memory along. Not safe for use by several threads at a time; blocks.
 */
final class PlannedVideos implements AutoCloseable {
    private final CommittedRecords segments;
    private final Set<String> planned = new HashSet<>();

    PlannedVideos(KafkaAccess kafka) {
        segments = new CommittedRecords(kafka, Topics.SEGMENTS, "vito-decode-planned");
    }

    /**
     * Whether {@code videoId} was planned before; from now on it is.
     *
     * @throws org.vito.protocol.RetriableException KAFKA if the topic cannot be read to its end
     */
    synchronized boolean wasPlanned(String videoId) {
        if (!planned.contains(videoId)) {
            segments.catchUp(segment -> remember(segment.key()));
        }
        return !planned.add(videoId);
    }

    private void remember(String key) {
        int mark = key == null ? -1 : key.lastIndexOf('#');
        if (mark > 0) {
            planned.add(key.substring(0, mark));
        }
    }

    @Override
    public synchronized void close() {
        segments.close();
    }
}
