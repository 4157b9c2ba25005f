package org.vito.decode.child;

/** Where a stream can be entered other than at its beginning: at keyframes. Times are ticks of the stream. */
interface EntryPoints extends AutoCloseable {
    /**
     * The time of the last known entry at which, or before which, decoding can begin for a frame presented at {@code ticks};
     * NO_TIME if there is none that is certainly decoded after all that is presented up to {@code from}.
     *
     * @param from where the reader is, or what is as good
     */
    long before(long ticks, long from);

    /** Goes to the entry at {@code entry}, as {@link #before} told it. @return whether that worked */
    boolean enter(long entry);

    /** Learns that what was entered at {@code entry} began with a frame presented at {@code presented}. */
    void entered(long entry, long presented);

    @Override
    void close();
}
