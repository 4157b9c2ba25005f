package org.vito.ingest;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.KeptFrames;
import org.vito.protocol.VitoException;

/**
 * Frames that were decoded to judge a video and that clips of it will hold: in memory until it is judged, then, if it is taken, in
 * the store until decode has made its clips, so that it need not decode them again. They only save work: where there is no room
 * they are dropped. Safe to use from any thread; blocks.
 */
final class ClipFrameKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(ClipFrameKeeper.class);
    private static final long MOST_JUDGED_BYTES = 64 << 20; // in memory; the frames of one video have about 300 kB
    private static final Duration RECOUNT = Duration.ofSeconds(10); // between two looks at a full store

    private final KeptFrames kept;
    private final Settings settings;
    private final InstantSource clock;
    private final Map<String, ByteString> judged = new LinkedHashMap<>(); // guarded by this, as is what follows
    private long judgedBytes;
    private long keptBytes = Long.MAX_VALUE; // at most; those that are gone are noticed when they are counted
    private long countedAtMs; // 0 = never

    /**
     * What is kept in the store.
     *
     * @param bytes of all together; 0 = nothing
     * @param time how long each
     */
    record Settings(long bytes, Duration time) {}

    ClipFrameKeeper(KeptFrames kept, Settings settings, InstantSource clock) {
        this.kept = kept;
        this.settings = settings;
        this.clock = clock;
    }

    /** Says what was decoded of a video that is being judged. */
    synchronized void judging(String videoId, ByteString frames) {
        drop(videoId);
        if (settings.bytes() == 0 || frames.isEmpty() || frames.size() > MOST_JUDGED_BYTES) {
            return;
        }
        judged.put(videoId, frames);
        judgedBytes += frames.size();
        Iterator<ByteString> oldest = judged.values().iterator(); // of a batch whose judging failed
        while (judgedBytes > MOST_JUDGED_BYTES) {
            judgedBytes -= oldest.next().size();
            oldest.remove();
        }
    }

    /** Says that a video was judged and not taken. */
    synchronized void drop(String videoId) {
        take(videoId);
    }

    private ByteString take(String videoId) {
        ByteString frames = judged.remove(videoId);
        if (frames == null) {
            return ByteString.EMPTY;
        }
        judgedBytes -= frames.size();
        return frames;
    }

    /** Keeps the frames of a video that is taken. @return where; empty if there are none, or no room for them */
    synchronized String keep(String videoId) {
        ByteString frames = take(videoId);
        if (frames.isEmpty()) {
            return "";
        }
        try {
            if (keptBytes > settings.bytes() - frames.size()) {
                recount();
            }
            if (keptBytes > settings.bytes() - frames.size()) {
                return "";
            }
            String address = kept.keep(frames);
            keptBytes += frames.size();
            return address;
        } catch (IOException | VitoException e) {
            LOG.warn("frames of {} are not kept and will be decoded again: {}", videoId, e.toString());
            return "";
        }
    }

    private void recount() throws IOException {
        long now = clock.millis();
        if (countedAtMs == 0 || now - countedAtMs >= RECOUNT.toMillis()) {
            countedAtMs = now;
            keptBytes = kept.sweep(now - settings.time().toMillis());
        }
    }

    /** Removes what has been kept for too long: because a process ended before anybody was told of it, or nobody makes clips. */
    synchronized void sweep() {
        try {
            recount();
        } catch (IOException e) {
            LOG.warn("frames kept for clips cannot be looked through: {}", e.toString());
        }
    }
}
