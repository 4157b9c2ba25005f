package org.vito.learner.data;

import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads the clips topic by position. Records that were not committed are never seen. Used by one thread at a time, except
 * {@link #wakeUp}.
 *
 * <p>Every method that reads throws {@link org.vito.protocol.RetriableException} if Kafka does not answer in time, and
 * {@link Stopped} after {@link #wakeUp}.
 */
public interface ClipSource extends AutoCloseable {
    /** Thrown out of a wait or read because the reader was asked to stop. */
    final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Stopped() {
            super("reading of clips was stopped", null, false, false);
        }
    }

    /** For each partition what it holds now: its first offset and the end of what is committed. */
    SortedMap<Integer, Range> extent();

    /** Continues each of the partitions named at the offset given. */
    void seek(Map<Integer, Long> next);

    /**
     * The next record of a partition below offset {@code to}.
     *
     * @return nothing once every record below {@code to} was given
     */
    @Nullable
    ConsumerRecord<String, byte[]> next(int partition, long to);

    /** The records at the places given, without those that exist no more. Positions set by {@link #seek} are lost. */
    Map<Place, ConsumerRecord<String, byte[]>> fetch(Collection<Place> places);

    /** Ends a read that is under way, and every later one; callable from any thread. */
    void wakeUp();

    @Override
    void close();
}
