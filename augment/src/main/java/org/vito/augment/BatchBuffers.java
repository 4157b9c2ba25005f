package org.vito.augment;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The batch buffers that augmentation writes and the learner reads, in turn: a fixed number, each owned by one side at a
 * time. That number bounds how far augmentation runs ahead.
 *
 * <p>A buffer holds {@code [views, clips, size, size, 3]} bytes, RGB, and belongs to whoever made it (the learner passes the
 * memory of its input tensors, so nothing is copied).
 */
public final class BatchBuffers {
    /** @param buffers direct buffers, each of {@code views*clips*size*size*3} bytes */
    public BatchBuffers(List<ByteBuffer> buffers) {
        throw new UnsupportedOperationException();
    }
}
