package org.vito.evaluator.human;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.vito.evaluator.data.HumanSet;
import org.vito.evaluator.data.Observer;
import org.vito.evaluator.task.ClassifyingNetwork;

/**
 * How much a network is right and wrong about the pictures that people are right and wrong about (VITO, arXiv 2210.06433, table 3):
 * each person beside the network, condition by condition; means over conditions, then people, then experiments.
 */
public final class HumanTask {
    /** The name in settings and scores. */
    public static final String NAME = "error-consistency";

    private HumanTask() {}

    /**
     * Measures what a classifier sees.
     *
     * @return as {@link #measure(HumanSet, Function)}
     * @throws org.vito.protocol.VitoException OTHER_CONFIGURATION if it does not know ImageNet's classes
     */
    public static Map<String, Double> measure(HumanSet set, ClassifyingNetwork network) {
        SixteenCategories categories = new SixteenCategories(network.classes());
        return measure(set, experiment -> {
            List<String> decisions = new ArrayList<>();
            network.classify(experiment.images(), (image, logits) -> decisions.add(categories.decide(logits)));
            return decisions;
        });
    }

    /**
     * Measures.
     *
     * @param decisions of the network: of an experiment, the category that it sees on each picture, in their order
     * @return {@code ceiled} (error consistency as a share of people's among each other, mean of the experiments' shares; the first
     *     one), {@code ceiled.of-means} (the mean consistency as a share of people's), {@code consistency}, {@code
     *     observed-consistency}, {@code accuracy-difference} (squared), {@code accuracy}, and {@code EXPERIMENT.consistency},
     *     {@code EXPERIMENT.ceiled} and {@code EXPERIMENT.accuracy}; with {@code people.consistency} and its like
     */
    static Map<String, Double> measure(HumanSet set, Function<HumanSet.Experiment, List<String>> decisions) {
        List<Agreement> withPeople = new ArrayList<>();
        List<Agreement> amongPeople = new ArrayList<>();
        Map<String, Double> each = new LinkedHashMap<>();
        double accuracy = 0;
        double ceiled = 0;
        int pictures = 0;
        for (HumanSet.Experiment experiment : set.experiments()) {
            Observer network = observer(experiment, decisions.apply(experiment));
            Agreement with = Agreement.between(network, experiment.people());
            Agreement among = Agreement.among(experiment.people());
            double right = (double) network.hits() / network.trials();
            withPeople.add(with);
            amongPeople.add(among);
            each.put(experiment.name() + ".consistency", with.consistency());
            each.put(experiment.name() + ".ceiled", with.ceiled(among));
            each.put(experiment.name() + ".accuracy", right);
            accuracy += right / set.experiments().size();
            ceiled += with.ceiled(among) / set.experiments().size();
            pictures += network.trials();
        }
        Agreement with = Agreement.mean(withPeople);
        Agreement among = Agreement.mean(amongPeople);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("ceiled", ceiled);
        metrics.put("ceiled.of-means", with.ceiled(among));
        metrics.put("consistency", with.consistency());
        metrics.put("observed-consistency", with.observed());
        metrics.put("accuracy-difference", with.accuracyDifference());
        metrics.put("accuracy", accuracy);
        metrics.put("people.consistency", among.consistency());
        metrics.put("people.observed-consistency", among.observed());
        metrics.put("people.accuracy-difference", among.accuracyDifference());
        metrics.putAll(each);
        metrics.put("images", (double) pictures);
        return metrics;
    }

    private static Observer observer(HumanSet.Experiment experiment, List<String> decisions) {
        if (decisions.size() != experiment.pictures().size()) {
            throw new IllegalArgumentException("%d decisions on %d pictures"
                    .formatted(decisions.size(), experiment.pictures().size()));
        }
        SortedMap<String, SortedMap<String, Boolean>> right = new TreeMap<>();
        for (int i = 0; i < decisions.size(); i++) {
            HumanSet.Stimulus picture = experiment.pictures().get(i);
            right.computeIfAbsent(picture.condition(), condition -> new TreeMap<>())
                    .put(picture.image(), decisions.get(i).equals(picture.category()));
        }
        return new Observer("the network", right);
    }
}
