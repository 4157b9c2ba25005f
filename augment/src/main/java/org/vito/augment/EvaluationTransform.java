package org.vito.augment;

import java.nio.ByteBuffer;

/** The transform of evaluation: shorter side resized (bicubic, antialiased), centre crop; RGB bytes out. */
public final class EvaluationTransform implements AutoCloseable {
    /** @param resize length of the shorter side after resizing, pixels; @param crop side of the square kept, pixels */
    public EvaluationTransform(int resize, int crop) {
        throw new UnsupportedOperationException();
    }

    /**
     * Decodes an encoded image (JPEG, PNG, …) and writes its centre crop, {@code [crop, crop, 3]} bytes, at {@code out}'s
     * position, which moves on.
     *
     * @throws org.vito.protocol.VitoException BAD_DATA_SET if the bytes are no image
     */
    public void encoded(byte[] image, ByteBuffer out) {
        throw new UnsupportedOperationException();
    }

    /** The same for raw pixels {@code [height, width, channels]}, one channel being repeated three times. */
    public void raw(byte[] pixels, int height, int width, int channels, ByteBuffer out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
