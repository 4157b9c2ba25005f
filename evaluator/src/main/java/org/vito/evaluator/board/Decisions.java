package org.vito.evaluator.board;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The newest decisions of curation by the time they were made, each video with its last, and their pictures. */
final class Decisions {
    static final int KEPT = 60;
    static final int MOST_BYTES = 16 << 10; // of a picture
    private static final int LONGEST_TEXT = 500;

    private final Map<String, BoardEvent.Judged> byVideo = new HashMap<>();
    private final TreeSet<BoardView.Decision> newest = new TreeSet<>(Comparator.comparingLong(BoardView.Decision::atMs)
            .thenComparing(BoardView.Decision::video)
            .reversed());
    private final Map<String, BoardView.Decision> changed = new LinkedHashMap<>();

    /** Whether {@code bytes} begin like a JPEG and are no more than one of these pictures may have. */
    static boolean isPicture(ByteString bytes) {
        return bytes.size() > 3
                && bytes.size() <= MOST_BYTES
                && (bytes.byteAt(0) & 0xff) == 0xff
                && (bytes.byteAt(1) & 0xff) == 0xd8
                && (bytes.byteAt(2) & 0xff) == 0xff;
    }

    static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }

    void add(BoardEvent.Judged judged) {
        BoardView.Decision decision = judged.decision();
        BoardEvent.Judged before = byVideo.put(decision.video(), judged);
        if (before != null) {
            newest.remove(before.decision());
        }
        newest.add(decision);
        changed.put(decision.video(), decision);
        if (newest.size() > KEPT) {
            BoardView.Decision oldest = newest.last();
            newest.remove(oldest);
            byVideo.remove(oldest.video());
            changed.remove(oldest.video());
        }
    }

    /** The newest first. */
    List<BoardView.Decision> all() {
        return List.copyOf(newest);
    }

    boolean isChanged() {
        return !changed.isEmpty();
    }

    /** Those that are new since the last call. */
    List<BoardView.Decision> takeChanged() {
        List<BoardView.Decision> taken = List.copyOf(changed.values());
        changed.clear();
        return taken;
    }

    /** The JPEG of a video whose decision is kept, or null if it has none. */
    @Nullable
    ByteString picture(String videoId) {
        BoardEvent.Judged judged = byVideo.get(videoId);
        return judged == null || judged.thumbnail().isEmpty() ? null : judged.thumbnail();
    }
}
