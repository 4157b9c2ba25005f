package org.vito.deploy.embed;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.vito.augment.EvaluationTransform;
import org.vito.augment.Images;
import org.vito.protocol.VitoException;

/** Turns encoded pictures into what the network is fed; for any number of threads. */
final class Pictures implements AutoCloseable {
    /** How a picture gets its size. */
    enum Resize {
        /** Not at all. */
        NONE,
        /** Shorter side to 256/224 of the network's size, then the centre square: the transform of evaluation. */
        EVAL
    }

    private final Resize resize;
    private final int size;
    private final Queue<EvaluationTransform> idle = new ConcurrentLinkedQueue<>();

    /** Pictures for a network of images of {@code size} pixels a side. */
    Pictures(Resize resize, int size) {
        this.resize = resize;
        this.size = size;
    }

    /**
     * Decodes a picture, JPEG or PNG, say, and gives it its size.
     *
     * @throws VitoException BAD_DATA_SET if the bytes are none
     */
    Input.Picture read(String path, OptionalLong timeUs, byte[] encoded) {
        if (resize == Resize.NONE) {
            Images.Picture picture = Images.decodeRgb(encoded);
            return new Input.Picture(
                    path,
                    timeUs,
                    picture.height(),
                    picture.width(),
                    picture.rgb().toByteArray());
        }
        byte[] square = new byte[size * size * 3];
        EvaluationTransform transform = idle.poll();
        if (transform == null) {
            transform = EvaluationTransform.of(size);
        }
        try {
            transform.encoded(encoded, ByteBuffer.wrap(square));
        } finally {
            idle.add(transform);
        }
        return new Input.Picture(path, timeUs, size, size, square);
    }

    /** Frees the transforms; to be called when no thread reads any more. */
    @Override
    public void close() {
        for (EvaluationTransform transform = idle.poll(); transform != null; transform = idle.poll()) {
            transform.close();
        }
    }
}
