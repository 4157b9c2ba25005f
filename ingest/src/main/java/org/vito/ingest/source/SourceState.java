package org.vito.ingest.source;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Where a source is in its life. */
public enum SourceState {
    /** It looks for videos. */
    SCANNING,
    /** It hands what it found to Kafka. */
    SUBMITTING,
    /** It waits until it is time to look again. */
    IDLE,
    /** Looking or submitting failed; it waits to try again. */
    BACKING_OFF,
    /** It has submitted everything and will find no more. */
    FINISHED,
    /** It failed too often and has given up; a dead letter says why. */
    FAILED;

    private static final Map<SourceState, Set<SourceState>> NEXT = Map.of(
            SCANNING, EnumSet.of(SUBMITTING, BACKING_OFF, FAILED),
            SUBMITTING, EnumSet.of(SCANNING, IDLE, FINISHED, BACKING_OFF, FAILED),
            IDLE, EnumSet.of(SCANNING),
            BACKING_OFF, EnumSet.of(SCANNING, SUBMITTING),
            FINISHED, EnumSet.noneOf(SourceState.class),
            FAILED, EnumSet.noneOf(SourceState.class));

    /** {@code next}, if a source may move there from here. @throws IllegalStateException if not */
    public SourceState to(SourceState next) {
        if (!NEXT.getOrDefault(this, Set.of()).contains(next)) {
            throw new IllegalStateException("a source that is " + this + " cannot become " + next);
        }
        return next;
    }
}
