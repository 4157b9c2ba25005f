package org.vito.evaluator.robust;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.vito.evaluator.data.ImageNet3dcc;
import org.vito.evaluator.data.ImagePart;
import org.vito.evaluator.task.ClassifyingNetwork;
import org.vito.evaluator.task.Wilson;

/**
 * Accuracy on ImageNet-3DCC, and how much is lost at each severity: Δ(s) = clean − mean over corruptions (VITO, figure 2). Clean is
 * the classifier's accuracy on the test images of the set that it was trained on, which are to be ImageNet's validation images.
 */
final class CorruptionsTask {
    private CorruptionsTask() {}

    static Map<String, Double> measure(ImageNet3dcc set, ClassifyingNetwork network) {
        int[] members = Members.of(network, set.classes(), set.name());
        double[] bySeverity = new double[ImageNet3dcc.SEVERITIES];
        Map<String, Double> each = new LinkedHashMap<>();
        int images = 0;
        for (String corruption : ImageNet3dcc.CORRUPTIONS) {
            for (int severity = 1; severity <= ImageNet3dcc.SEVERITIES; severity++) {
                ImagePart part = set.part(corruption, severity);
                double accuracy = accuracy(part, members, network);
                each.put("top1." + corruption + "." + severity, accuracy);
                bySeverity[severity - 1] += accuracy / ImageNet3dcc.CORRUPTIONS.size();
                images = part.size();
            }
        }
        return metrics(bySeverity, network.metrics().get("top1"), each, images);
    }

    private static double accuracy(ImagePart part, int[] members, ClassifyingNetwork network) {
        AtomicInteger right = new AtomicInteger();
        network.classify(part, (image, logits) -> {
            if (largest(logits) == members[part.label(image)]) {
                right.incrementAndGet();
            }
        });
        return (double) right.get() / part.size();
    }

    private static int largest(float[] logits) {
        int best = 0;
        for (int c = 1; c < logits.length; c++) {
            best = logits[c] > logits[best] ? c : best;
        }
        return best;
    }

    /**
     * What is told. The interval of the mean is that of as many images as each corruption has, since they are the same everywhere.
     *
     * @param clean accuracy on images as they are; null = not known
     */
    static Map<String, Double> metrics(
            double[] bySeverity,
            @org.jspecify.annotations.Nullable Double clean,
            Map<String, Double> each,
            int images) {
        double mean = 0;
        for (double accuracy : bySeverity) {
            mean += accuracy / bySeverity.length;
        }
        Wilson interval = Wilson.of((int) Math.round(mean * images), images);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("top1", mean);
        metrics.put("top1.low", interval.low());
        metrics.put("top1.high", interval.high());
        if (clean != null) {
            metrics.put("top1.clean", clean);
            for (int s = 0; s < bySeverity.length; s++) {
                metrics.put("delta." + (s + 1), clean - bySeverity[s]);
            }
        }
        metrics.putAll(each);
        metrics.put("images", (double) images);
        return metrics;
    }
}
