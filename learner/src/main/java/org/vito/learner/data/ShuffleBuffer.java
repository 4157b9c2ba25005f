package org.vito.learner.data;

import java.util.ArrayList;
import java.util.List;
import org.vito.augment.ClipBatch.Example;

/** Clips of one epoch that can be drawn next: a bag whose order is part of the state. */
final class ShuffleBuffer {
    private final List<Example> held = new ArrayList<>();
    private long bytes;

    /** Size of the clips together. */
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    int size() {
        return held.size();
    }

    void add(Example example) {
        held.add(example);
        bytes += example.clip().getSerializedSize();
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
