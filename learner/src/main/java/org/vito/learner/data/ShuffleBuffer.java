package org.vito.learner.data;

import java.util.ArrayList;
import java.util.List;
import org.vito.augment.ClipBatch.Example;

/** The clips that can be drawn next: a bag of fixed capacity whose order is part of the state. */
final class ShuffleBuffer {
    private final int capacity;
    private final long memoryBytes;
    private final List<Example> held = new ArrayList<>();
    private long bytes;

    ShuffleBuffer(int capacity, long memoryBytes) {
        this.capacity = capacity;
        this.memoryBytes = memoryBytes;
    }

    /** Whether nothing more is to be put in: by number or by size, both functions of the clips alone. */
    boolean full() {
        return held.size() >= capacity || bytes >= memoryBytes;
    }

    int size() {
        return held.size();
    }

    void add(Example example) {
        held.add(example);
        bytes += example.clip().getSerializedSize();
    }

    void clear() {
        held.clear();
        bytes = 0;
    }

    Example get(int index) {
        return held.get(index);
    }

    /** Takes one out; the last one moves into its place. */
    Example remove(int index) {
        Example taken = held.get(index);
        Example last = held.remove(held.size() - 1);
        if (index < held.size()) {
            held.set(index, last);
        }
        bytes -= taken.clip().getSerializedSize();
        return taken;
    }

    List<Place> places() {
        return held.stream().map(e -> new Place(e.partition(), e.offset())).toList();
    }
}
