package org.vito.evaluator.data;

import java.nio.ByteBuffer;
import org.vito.augment.EvaluationTransform;

/** The training or the test part of an image set: images by index, 0 … size-1, each with its class. Safe for any thread. */
public interface ImagePart {
    /** Number of images. */
    int size();

    /** Class of an image, 0 … classes-1. */
    int label(int index);

    /**
     * A digest that is another one when images, labels or their order are others; of files their names, sizes and times count.
     *
     * @throws org.vito.protocol.VitoException BAD_DATA_SET naming the file that is there no more
     */
    String identity();

    /**
     * Writes the centre crop of an image, {@code [crop, crop, 3]} bytes, at {@code out}'s position, which moves on.
     *
     * @throws org.vito.protocol.VitoException BAD_DATA_SET naming the image if it cannot be read
     */
    void write(int index, EvaluationTransform transform, ByteBuffer out);
}
