package org.vito.evaluator.score;

import org.vito.evaluator.data.ImagePart;
import org.vito.evaluator.task.Classifier;
import org.vito.evaluator.task.ClassifyingNetwork;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** A checkpoint with a classifier. */
record Classified(Checkpoint checkpoint, Classifier classifier) implements ClassifyingNetwork {
    @Override
    public void classify(ImagePart images, Receiver receiver) {
        for (int from = 0; from < images.size(); from += checkpoint.batch()) {
            int to = Math.min(images.size(), from + checkpoint.batch());
            float[][] logits = classifier.logits(checkpoint.encode(images, from, to));
            for (int i = 0; i < logits.length; i++) {
                requireFinite(logits[i], from + i);
                receiver.classified(from + i, logits[i]);
            }
        }
    }

    private static void requireFinite(float[] logits, int image) {
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new VitoException(
                        Reason.NOT_FINITE,
                        "what the classifier says of image %d is not finite; the network's weights are beyond use"
                                .formatted(image));
            }
        }
    }
}
