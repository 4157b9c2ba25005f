package org.vito.learner.data;

import org.vito.augment.ClipBatch;

/**
 * A batch with the state that follows it: whoever has trained on the batch continues from that state, whatever was read or
 * composed ahead in the meantime.
 */
public record ComposedBatch(ClipBatch batch, DataState after) {}
