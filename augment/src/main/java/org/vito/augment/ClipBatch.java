package org.vito.augment;

import java.util.List;
import org.vito.protocol.v1.Clip;

/**
 * The clips of one training step, before their views are made.
 *
 * @param number running number of the batch, from 0
 * @param examples as many as the batch size
 */
public record ClipBatch(long number, List<Example> examples) {
    /**
     * A clip in a certain pass over the data. Clip and epoch decide every random draw made for it.
     *
     * @param partition of {@code vito.clips} it was read from
     * @param offset in that partition
     */
    public record Example(Clip clip, long epoch, int partition, long offset) {}

    public ClipBatch {
        examples = List.copyOf(examples);
    }
}
