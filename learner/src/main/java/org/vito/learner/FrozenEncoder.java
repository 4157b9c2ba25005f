package org.vito.learner;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A trained backbone in evaluation mode (moving statistics, no gradients): images in, features out. Not thread-safe. */
public final class FrozenEncoder implements AutoCloseable {
    private FrozenEncoder() {}

    /**
     * Loads the online network of a checkpoint directory.
     *
     * @throws org.vito.protocol.VitoException DAMAGED_CHECKPOINT if a file is missing or not the one its manifest names
     */
    public static FrozenEncoder open(Path checkpoint) {
        throw new UnsupportedOperationException();
    }

    /** Side in pixels of the square images the network was trained on. */
    public int imageSize() {
        throw new UnsupportedOperationException();
    }

    /** Length of a feature: channels of the last block group (2048 for resnet50). */
    public int dimension() {
        throw new UnsupportedOperationException();
    }

    /**
     * Average-pooled features of the last block group.
     *
     * @param images direct, {@code [count, size, size, 3]} RGB bytes from its position; {@code size} may be any
     * @return {@code [count][dimension]}
     */
    public float[][] encode(ByteBuffer images, int count, int size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
