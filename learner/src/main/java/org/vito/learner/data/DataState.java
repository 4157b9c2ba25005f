package org.vito.learner.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Everything that decides which batches follow one batch, as small as it can be: clips are named by their place, random
 * numbers by the batch they are for. It describes the moment after a batch was composed, when no batch is half full.
 *
 * @param format version of this form
 * @param batches batches composed so far, the number of the next one
 * @param epoch the epoch being read, from 1; 0 before the first
 * @param turn the partition to read from next, or the one after it that there is
 * @param ranges what this epoch reads of each partition
 * @param next for each partition the offset to read next
 * @param replay how far older clips were replayed beside it
 * @param ending the clips of the epoch before in the shuffle buffer, in its order
 * @param buffer the clips of this epoch in the shuffle buffer, in its order
 */
public record DataState(
        int format,
        long batches,
        long epoch,
        int turn,
        SortedMap<Integer, Range> ranges,
        SortedMap<Integer, Long> next,
        ReplayState replay,
        List<Place> ending,
        List<Place> buffer) {
    /** The version written and read. */
    public static final int FORMAT = 2;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    public DataState {
        ranges = Collections.unmodifiableSortedMap(new TreeMap<>(ranges));
        next = Collections.unmodifiableSortedMap(new TreeMap<>(next));
        ending = List.copyOf(ending);
        buffer = List.copyOf(buffer);
    }

    /** The state before anything was read. */
    public static DataState beginning() {
        return new DataState(
                FORMAT, 0, 0, 0, new TreeMap<>(), new TreeMap<>(), ReplayState.none(), List.of(), List.of());
    }

    /** Records of this epoch that were not yet read, at most. */
    long unread() {
        long sum = 0;
        for (Map.Entry<Integer, Range> range : ranges.entrySet()) {
            sum += range.getValue().to() - next.getOrDefault(range.getKey(), 0L);
        }
        return sum;
    }

    /** The state as one JSON object. */
    public byte[] toJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new VitoException(Reason.INTERNAL, "data state cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    /**
     * The state in {@code json}.
     *
     * @throws VitoException {@link Reason#DAMAGED_CHECKPOINT} if the bytes are no state of ours
     */
    public static DataState fromJson(byte[] json) {
        try {
            DataState state = JSON.readValue(json, DataState.class);
            if (state.format != FORMAT
                    || state.replay == null
                    || !state.next.keySet().equals(state.ranges.keySet())) {
                throw new VitoException(
                        Reason.DAMAGED_CHECKPOINT, "data state has format " + state.format + ", expected " + FORMAT);
            }
            return state;
        } catch (java.io.IOException | NullPointerException | IllegalArgumentException e) {
            throw new VitoException(Reason.DAMAGED_CHECKPOINT, "data state is damaged: " + e.getMessage(), e);
        }
    }
}
