package org.vito.evaluator.robust;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.vito.augment.EvaluationTransform;
import org.vito.evaluator.data.ImagePart;
import org.vito.evaluator.task.Classifier;
import org.vito.evaluator.task.ClassifyingNetwork;

/** A network that says of image i what it is told to. */
record MadeNetwork(Classifier classifier, List<float[]> logits) implements ClassifyingNetwork {
    MadeNetwork(List<String> classes, List<float[]> logits) {
        this(new Classifier(classes, new float[classes.size()][1], new float[classes.size()], Map.of()), logits);
    }

    /** Images with labels, as many as there are labels. */
    ImagePart images(int... labels) {
        return new ImagePart() {
            @Override
            public int size() {
                return labels.length;
            }

            @Override
            public int label(int index) {
                return labels[index];
            }

            @Override
            public String identity() {
                return "made";
            }

            @Override
            public void write(int index, EvaluationTransform transform, ByteBuffer out) {
                throw new UnsupportedOperationException();
            }
        };
    }

    @Override
    public void classify(ImagePart images, Receiver receiver) {
        for (int i = 0; i < images.size(); i++) {
            receiver.classified(i, logits.get(i));
        }
    }
}
