package org.vito.decode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.vito.decode.child.v1.Sampled;
import org.vito.decode.child.v1.SampledFrame;
import org.vito.decode.child.v1.SampledWindow;
import org.vito.protocol.v1.LostSpan;

/**
 * What of a segment is not sound.
 *
 * @param spans ascending, none touching another
 */
record LostSpans(List<LostSpan> spans) {
    LostSpans {
        spans = List.copyOf(spans);
    }

    /**
     * The damage that a process met, and what is missing at the end of the file.
     *
     * @param statedEndUs where the video should end
     */
    static LostSpans of(Sampled sampled, long statedEndUs) {
        List<LostSpan> all = new ArrayList<>();
        sampled.getLostList().forEach(lost -> all.add(span(lost.getStartUs(), lost.getEndUs(), lost.getReason())));
        if (sampled.getIncompleteCount() > 0 && sampled.getEndUs() < statedEndUs) {
            all.add(span(sampled.getEndUs(), statedEndUs, "the frames end here"));
        }
        all.sort(Comparator.comparingLong(LostSpan::getStartUs));
        List<LostSpan> merged = new ArrayList<>();
        for (LostSpan next : all) {
            int last = merged.size() - 1;
            if (last >= 0 && next.getStartUs() <= merged.get(last).getEndUs()) {
                merged.set(last, joined(merged.get(last), next));
            } else {
                merged.add(next);
            }
        }
        return new LostSpans(merged);
    }

    private static LostSpan span(long startUs, long endUs, String reason) {
        return LostSpan.newBuilder()
                .setStartUs(startUs)
                .setEndUs(endUs)
                .setReason(reason)
                .build();
    }

    private static LostSpan joined(LostSpan first, LostSpan second) {
        String reason = first.getReason().contains(second.getReason())
                ? first.getReason()
                : first.getReason() + "; " + second.getReason();
        return span(first.getStartUs(), Math.max(first.getEndUs(), second.getEndUs()), reason);
    }

    /** Whether any frame of {@code window} is not sound, or stands in for one that is lost. */
    boolean touch(SampledWindow window) {
        return window.getFramesList().stream().anyMatch(frame -> spans.stream().anyMatch(span -> touches(span, frame)));
    }

    private static boolean touches(LostSpan span, SampledFrame frame) {
        long pts = frame.getPtsUs();
        long wanted = frame.getWantedUs();
        return holds(span, pts)
                || holds(span, wanted)
                || (wanted < span.getStartUs() && span.getStartUs() - wanted < Math.abs(pts - wanted));
    }

    private static boolean holds(LostSpan span, long us) {
        return us >= span.getStartUs() && us < span.getEndUs();
    }

    @Override
    public String toString() {
        String first = spans.isEmpty()
                ? "nothing"
                : "%d us to %d us (%s)"
                        .formatted(
                                spans.get(0).getStartUs(),
                                spans.get(0).getEndUs(),
                                spans.get(0).getReason());
        return spans.size() > 1 ? "%s and %d more spans".formatted(first, spans.size() - 1) : first;
    }
}
