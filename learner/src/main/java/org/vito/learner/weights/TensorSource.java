package org.vito.learner.weights;

import java.util.List;
import java.util.Set;

/** Named tensors, each read when asked for. */
public interface TensorSource {
    /** Names of the tensors. */
    Set<String> names();

    /** Shape of tensor {@code name}. */
    List<Long> shape(String name);

    /**
     * All elements of tensor {@code name}, the last dimension running fastest.
     *
     * @throws org.vito.protocol.VitoException DAMAGED_CHECKPOINT if there is no such tensor or it cannot be read
     */
    float[] read(String name);

    /** What tensor {@code name} is called, or would be called, where it comes from: for messages. */
    default String original(String name) {
        return name;
    }
}
