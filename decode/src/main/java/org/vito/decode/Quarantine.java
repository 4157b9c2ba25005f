package org.vito.decode;

import java.util.HashMap;
import java.util.Map;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.DeadLetter;

/**
 * The videos that decoder processes died on, and that are therefore not tried again.
 *
 * <p>The dead letters are the memory, for every process and across restarts: a video is in quarantine while a letter is kept
 * that says that decoding one of its segments ended with {@link Reason#DECODER_CRASHED}. A segment that somebody replays
 * from its letter is tried all the same; what became of that, its next letter tells, or its clips. Safe for use by several
 * threads; blocks.
 */
final class Quarantine implements AutoCloseable {
    private final CommittedRecords letters;
    private final Map<String, String> crashes = new HashMap<>();

    Quarantine(KafkaAccess kafka) {
        letters = new CommittedRecords(kafka, Topics.DEAD_LETTERS, "vito-decode-quarantine");
    }

    /**
     * Lets {@code videoId} pass unless it is in quarantine.
     *
     * @throws VitoException {@link Reason#DECODER_CRASHED} with what happened the first time
     */
    synchronized void check(String videoId) {
        if (!crashes.containsKey(videoId)) {
            letters.catchUp(record -> {
                try {
                    remember(Topics.DEAD_LETTERS.read(record));
                } catch (VitoException e) {
                    return; // a letter that cannot be read holds nothing back
                }
            });
        }
        String crash = crashes.get(videoId);
        if (crash != null) {
            throw new VitoException(
                    Reason.DECODER_CRASHED, "video %s is in quarantine until replayed: %s".formatted(videoId, crash));
        }
    }

    private void remember(DeadLetter letter) {
        if (letter.getStage().equals(SegmentDecoder.STAGE)
                && letter.getReasonCode().equals(Reason.DECODER_CRASHED.name())) {
            crashes.putIfAbsent(letter.getSubject(), letter.getMessage());
        }
    }

    /** Puts {@code videoId} in quarantine, before its letter is committed. */
    synchronized void add(String videoId, String crash) {
        crashes.putIfAbsent(videoId, crash);
    }

    @Override
    public synchronized void close() {
        letters.close();
    }
}
