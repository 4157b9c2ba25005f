package org.vito.evaluator.robust;

import java.util.Map;
import org.vito.evaluator.data.ClassifiedSet;
import org.vito.evaluator.data.ImageNet3dcc;
import org.vito.evaluator.data.ImageNetA;
import org.vito.evaluator.data.ImageNetVidRobust;
import org.vito.evaluator.task.ClassifyingNetwork;

/** The tasks on images that a classifier is tried on, one for each kind of set. */
public final class Robustness {
    /** Name of the task on {@link ImageNetA}, in settings and scores. */
    public static final String IMAGENET_A = "imagenet-a";

    /** Name of the task on {@link ImageNetVidRobust}. */
    public static final String IMAGENET_VID_ROBUST = "imagenet-vid-robust";

    /** Name of the task on {@link ImageNet3dcc}. */
    public static final String IMAGENET_3DCC = "imagenet-3dcc";

    private Robustness() {}

    /** Name of the task on such a set. */
    public static String task(ClassifiedSet set) {
        if (set instanceof ImageNetA) {
            return IMAGENET_A;
        }
        return set instanceof ImageNetVidRobust ? IMAGENET_VID_ROBUST : IMAGENET_3DCC;
    }

    /**
     * Runs it.
     *
     * @return metrics by name, the one that counts first; accuracies are shares, 0 … 1
     * @throws org.vito.protocol.VitoException BAD_DATA_SET if an image cannot be read; OTHER_CONFIGURATION if the classifier lacks
     *     a class of the set
     */
    public static Map<String, Double> measure(ClassifiedSet set, ClassifyingNetwork network) {
        if (set instanceof ImageNetA images) {
            return ImageNetATask.measure(images, network);
        }
        if (set instanceof ImageNetVidRobust frames) {
            return VidRobustTask.measure(frames, network);
        }
        return CorruptionsTask.measure((ImageNet3dcc) set, network);
    }
}
