package org.vito.ingest.curation;

import com.google.protobuf.ByteString;
import java.util.List;
import org.vito.ingest.Explanation;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.Evidence;
import org.vito.protocol.v1.StoredVideo;

/**
 * A rule by which videos are taken into the training set or left out. Calls block and come from one thread at a time; what
 * a rule needs to load it loads when it is made.
 */
public interface Curator extends AutoCloseable {
    /** The rule and its version, as decisions carry it, e.g. {@code accept-all/1}. */
    String name();

    /** Name and version of the network whose features it compares; empty if it compares none. */
    default String network() {
        return "";
    }

    /**
     * Judges {@code videos}.
     *
     * @return a verdict for each, in the same order
     * @throws org.vito.protocol.RetriableException if trying again may help; any other exception is held against the
     *     videos, which are then judged one by one to find which
     */
    List<Verdict> judge(List<StoredVideo> videos);

    /**
     * Judges videos on which there are decisions already, of this rule or another, in the order of these. Of a decision by the
     * same network what it saw may be taken instead of looking again.
     */
    default List<Verdict> judgeAgain(List<CurationDecision> before) {
        return judge(before.stream().map(CurationDecision::getVideo).toList());
    }

    /** Whether the rule, were it loaded now, would be another one: because what it uses has been replaced. May block. */
    default boolean isOutdated() {
        return false;
    }

    /** The verdict on one video and all that led to it; of a rule that looks at nothing the verdict alone. */
    default Explanation explain(StoredVideo video) {
        Verdict verdict = judge(List.of(video)).get(0);
        return new Explanation(verdict.accepted(), verdict.category(), verdict.reason(), List.of(), List.of());
    }

    @Override
    default void close() {}

    /**
     * What a rule found about one video.
     *
     * @param category the class it belongs to, or empty
     * @param reason a sentence for people
     * @param evidence what speaks for it, best first; at most 100 are kept
     * @param embedding by which the video was compared with others, empty if it was not
     * @param pictureUs time of the frame that people shall see it by; negative = any
     */
    record Verdict(
            boolean accepted,
            String category,
            String reason,
            List<Evidence> evidence,
            ByteString embedding,
            long pictureUs) {
        public Verdict {
            evidence = List.copyOf(evidence);
        }

        public Verdict(boolean accepted, String category, String reason, List<Evidence> evidence) {
            this(accepted, category, reason, evidence, ByteString.EMPTY, -1);
        }

        public Verdict(
                boolean accepted, String category, String reason, List<Evidence> evidence, ByteString embedding) {
            this(accepted, category, reason, evidence, embedding, -1);
        }
    }
}
