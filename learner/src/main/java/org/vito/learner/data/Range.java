package org.vito.learner.data;

/**
 * Offsets {@code from} (included) to {@code to} (excluded) of a partition. Transactions leave gaps, so a range holds at most
 * {@code to - from} records, often fewer.
 */
public record Range(long from, long to) {
    public Range {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("no range of offsets: " + from + " to " + to);
        }
    }
}
