package org.vito.evaluator.robust;

import java.util.Map;
import org.vito.evaluator.data.ClassifiedSet;
import org.vito.evaluator.data.ImageNetA;
import org.vito.evaluator.task.ClassifyingNetwork;

/** The tasks on images that a classifier is tried on, one for each kind of set. */
public final class Robustness {
    /** Name of the task on {@link ImageNetA}, in settings and scores. */
    public static final String IMAGENET_A = "imagenet-a";

    private Robustness() {}

    /** Name of the task on such a set, in settings and scores. */
    public static String task(ClassifiedSet set) {
        return IMAGENET_A;
    }

    /**
     * Runs it.
     *
     * @return metrics by name, the one that counts first; accuracies are shares, 0 … 1
     * @throws org.vito.protocol.VitoException BAD_DATA_SET if an image cannot be read; OTHER_CONFIGURATION if the classifier lacks
     *     a class of the set
     */
    public static Map<String, Double> measure(ClassifiedSet set, ClassifyingNetwork network) {
        return ImageNetATask.measure((ImageNetA) set, network);
    }
}
