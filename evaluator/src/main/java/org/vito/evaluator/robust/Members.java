package org.vito.evaluator.robust;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vito.evaluator.task.ClassifyingNetwork;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Which logits of a classifier are those of given classes. */
final class Members {
    private Members() {}

    /**
     * Places of classes among the logits.
     *
     * @throws VitoException OTHER_CONFIGURATION naming a class that the classifier does not know
     */
    static int[] of(ClassifyingNetwork network, List<String> classes, String dataSet) {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < network.classes().size(); i++) {
            places.put(network.classes().get(i), i);
        }
        int[] members = new int[classes.size()];
        for (int i = 0; i < members.length; i++) {
            Integer place = places.get(classes.get(i));
            if (place == null) {
                throw new VitoException(
                        Reason.OTHER_CONFIGURATION,
                        "the classifier for data set %s does not know class %s; it knows %d, of which the first is %s: expected"
                                        .formatted(
                                                dataSet,
                                                classes.get(i),
                                                places.size(),
                                                network.classes().get(0))
                                + " one trained on ImageNet in folders called by WordNet identifiers");
            }
            members[i] = place;
        }
        return members;
    }

    /** Which of {@code members} has the largest logit; of equals the first. */
    static int largest(float[] logits, int[] members) {
        int best = 0;
        for (int i = 1; i < members.length; i++) {
            best = logits[members[i]] > logits[members[best]] ? i : best;
        }
        return best;
    }
}
