package org.vito.ingest.source;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.vito.protocol.v1.SourceReport;

/** What sources are doing and have brought since the process began: bytes and videos. Safe to use from any thread. */
public final class SourceTraffic {
    static final int MOST = 100; // names; anybody may write one into a submission
    static final String OTHERS = "(others)";
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_DETAIL = 500;

    private final Map<String, SourceReport.Builder> sources = new TreeMap<>();

    /** Says that so many bytes came of a source; the name is empty for submissions that name none. */
    public synchronized void received(String source, long bytes) {
        SourceReport.Builder of = of(source);
        of.setReceivedBytes(of.getReceivedBytes() + bytes);
    }

    /** Says that a video of a source was taken in. */
    public synchronized void stored(String source) {
        SourceReport.Builder of = of(source);
        of.setStored(of.getStored() + 1);
    }

    /** Says that a video of a source was refused. */
    public synchronized void refused(String source) {
        SourceReport.Builder of = of(source);
        of.setRefused(of.getRefused() + 1);
    }

    /** Says what a source of this process does. */
    synchronized void became(SourceActor.Status status) {
        of(status.name())
                .setState(status.state().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .setSubmitted(status.submitted())
                .setDetail(shortened(status.detail(), LONGEST_DETAIL));
    }

    /** All that was said, by name. */
    public synchronized List<SourceReport> reports() {
        return sources.values().stream().map(SourceReport.Builder::build).toList();
    }

    private SourceReport.Builder of(String source) {
        String name = shortened(Titles.clean(source), LONGEST_NAME);
        boolean known = sources.containsKey(name) || sources.size() < MOST;
        return sources.computeIfAbsent(
                known ? name : OTHERS, n -> SourceReport.newBuilder().setName(n));
    }

    private static String shortened(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + "…";
    }
}
