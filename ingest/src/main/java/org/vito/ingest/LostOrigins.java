package org.vito.ingest;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.ingest.index.TopicIndex;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.StoredVideo;

/**
 * Finds origins that were lost and records them again. Two transactions under way at once, of two processes or of the two
 * streams of one, do not see each other; where both write the record of one video, the later lacks the origin of the earlier.
 * Everybody who follows the topic sees both, also when it is read again after a crash, and writes the record that has all.
 * That record lost in turn to a third is found in the same way.
 */
final class LostOrigins implements TopicIndex.Listener {
    private static final Logger log = LoggerFactory.getLogger(LostOrigins.class);
    private static final int RECENT = 4096; // videos; records that do not know of each other lie close together

    private final Origins origins;
    private final Consumer<StoredVideo> write;
    private final Map<String, StoredVideo> lacking = new LinkedHashMap<>();
    private final Map<String, StoredVideo> recent = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, StoredVideo> eldest) {
            return size() > RECENT;
        }
    };

    /** @param write writes a record; does not block */
    LostOrigins(Origins origins, Consumer<StoredVideo> write) {
        this.origins = origins;
        this.write = write;
    }

    @Override
    public void read(ConsumerRecord<String, byte[]> record) {
        if (record.key() == null || record.value() == null) {
            return;
        }
        StoredVideo video;
        try {
            video = Topics.STORED.read(record);
        } catch (DamagedRecordException e) {
            return; // whoever needs it says so
        }
        StoredVideo before = recent.get(record.key());
        StoredVideo whole = before == null ? video : origins.union(video, before);
        recent.put(record.key(), whole);
        if (whole.getOriginsCount() > video.getOriginsCount()) {
            lacking.put(record.key(), whole);
        } else {
            lacking.remove(record.key());
        }
    }

    @Override
    public void caughtUp() {
        for (StoredVideo video : lacking.values()) {
            log.debug("video {} was stored twice at once; its record gets both origins", video.getVideoId());
            write.accept(video);
        }
        lacking.clear();
    }
}
