package org.vito.evaluator.robust;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.vito.evaluator.data.ImageNetA;
import org.vito.evaluator.task.ClassifyingNetwork;
import org.vito.evaluator.task.Wilson;

/**
 * Top-1 accuracy on ImageNet-A as its authors and imagenet-testbed take it: only the logits of the set's 200 classes are
 * compared.
 */
final class ImageNetATask {
    private ImageNetATask() {}

    static Map<String, Double> measure(ImageNetA set, ClassifyingNetwork network) {
        int[] members = Members.of(network, set.classes(), set.name());
        AtomicInteger right = new AtomicInteger();
        network.classify(set.images(), (image, logits) -> {
            if (Members.largest(logits, members) == set.images().label(image)) {
                right.incrementAndGet();
            }
        });
        Map<String, Double> metrics = new LinkedHashMap<>();
        Wilson.put(metrics, "top1", right.get(), set.images().size());
        metrics.put("images", (double) set.images().size());
        return metrics;
    }
}
