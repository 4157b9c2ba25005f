package org.vito.evaluator.robust;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vito.evaluator.data.ImageNetVidRobust;
import org.vito.evaluator.task.ClassifyingNetwork;
import org.vito.evaluator.task.Wilson;

/**
 * Accuracy on frames of videos as imagenet-testbed takes it: a class's score is the largest logit of those of ImageNet's classes
 * that it stands for, a frame is right if the class of the largest score is one of its labels. {@code pm0} is the share of
 * anchors that are right, {@code pm10} of those that are right with all frames around them, at most ten before and ten after.
 */
final class VidRobustTask {
    private VidRobustTask() {}

    static Map<String, Double> measure(ImageNetVidRobust set, ClassifyingNetwork network) {
        List<int[]> members = new ArrayList<>();
        for (List<String> of : set.classes()) {
            members.add(Members.of(network, of, set.name()));
        }
        boolean[] right = new boolean[set.frames().size()];
        network.classify(
                set.frames(),
                (frame, logits) -> right[frame] = set.labels().get(frame).contains(largest(logits, members)));
        int alone = 0;
        int withAll = 0;
        for (ImageNetVidRobust.Anchor anchor : set.anchors()) {
            boolean anchorRight = right[anchor.frame()];
            alone += anchorRight ? 1 : 0;
            withAll += anchorRight && anchor.neighbours().stream().allMatch(n -> right[n]) ? 1 : 0;
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        Wilson.put(metrics, "pm10", withAll, set.anchors().size());
        Wilson.put(metrics, "pm0", alone, set.anchors().size());
        metrics.put("anchors", (double) set.anchors().size());
        metrics.put("images", (double) right.length);
        return metrics;
    }

    private static int largest(float[] logits, List<int[]> members) {
        int best = 0;
        float most = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < members.size(); c++) {
            float score = logits[members.get(c)[Members.largest(logits, members.get(c))]];
            if (score > most) {
                best = c;
                most = score;
            }
        }
        return best;
    }
}
