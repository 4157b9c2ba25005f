package org.vito.evaluator.task;

import java.util.List;
import java.util.Map;
import org.vito.evaluator.data.ImagePart;

/** A frozen network with a linear classifier on it. Used by one thread at a time. */
public interface ClassifyingNetwork {
    /** Is told what the network says of an image. */
    @FunctionalInterface
    interface Receiver {
        /**
         * An image was classified.
         *
         * @param image index in its part
         * @param logits {@code [classes]}, before any softmax
         */
        void classified(int image, float[] logits);
    }

    /** The classifier on it. */
    Classifier classifier();

    /** Names of the classes, in the order of the logits; see {@link Classifier#classes}. */
    default List<String> classes() {
        return classifier().classes();
    }

    /** What was measured of the classifier on the test images of the set it was trained on; empty if nothing. */
    default Map<String, Double> metrics() {
        return classifier().metrics();
    }

    /**
     * Classifies images, in order of their indices, a batch at a time.
     *
     * @throws java.util.concurrent.CancellationException soon after the work was cancelled
     * @throws org.vito.protocol.VitoException BAD_DATA_SET naming the image that cannot be read; NOT_FINITE if a logit is no
     *     finite number
     */
    void classify(ImagePart images, Receiver receiver);
}
