package org.vito.decode;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.DeadLetter;

/**
 * The videos that decoder processes died on, or that are refused as a whole for another reason, and that are therefore not tried
 * again.
 *
 * <p>The dead letters are the memory, for every process and across restarts: a video is in quarantine while a letter is kept
 * that says that decoding one of its segments ended for such a reason. A segment that somebody replays
 * from its letter is tried all the same; what became of that, its next letter tells, or its clips. Safe for use by several
 * threads; blocks.
 */
final class Quarantine implements AutoCloseable {
    private final CommittedRecords letters;
    private final Set<Reason> reasons;
    private final Map<String, Held> held = new HashMap<>();

    private record Held(Reason reason, String message) {}

    /** @param reasons for which one segment's end is that of its video */
    Quarantine(KafkaAccess kafka, Set<Reason> reasons) {
        this.reasons = Set.copyOf(reasons);
        letters = new CommittedRecords(kafka, Topics.DEAD_LETTERS, "vito-decode-quarantine");
    }

    /**
     * Lets {@code videoId} pass unless it is in quarantine.
     *
     * @throws VitoException with the reason of the first time, and what happened
     */
    synchronized void check(String videoId) {
        if (!held.containsKey(videoId)) {
            letters.catchUp(record -> {
                try {
                    remember(Topics.DEAD_LETTERS.read(record));
                } catch (VitoException e) {
                    return; // a letter that cannot be read holds nothing back
                }
            });
        }
        Held first = held.get(videoId);
        if (first != null) {
            throw new VitoException(
                    first.reason(), "video %s is in quarantine until replayed: %s".formatted(videoId, first.message()));
        }
    }

    private void remember(DeadLetter letter) {
        if (letter.getStage().equals(SegmentDecoder.STAGE)) {
            for (Reason reason : reasons) {
                if (reason.name().equals(letter.getReasonCode())) {
                    add(letter.getSubject(), reason, letter.getMessage());
                }
            }
        }
    }

    /** Puts {@code videoId} in quarantine before its letter is committed, if {@code reason} is one of those. */
    synchronized void add(String videoId, Reason reason, String message) {
        if (reasons.contains(reason)) {
            held.putIfAbsent(videoId, new Held(reason, message));
        }
    }

    @Override
    public synchronized void close() {
        letters.close();
    }
}
