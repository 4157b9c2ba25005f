package org.vito.evaluator.human;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import org.vito.evaluator.data.Observer;

/**
 * How much two observers agree in what they are right and wrong about, as model-vs-human measures it; the error consistency is
 * Geirhos, Meding and Wichmann, "Beyond accuracy", NeurIPS 2020.
 *
 * @param accuracyDifference the square of it, 0 … 1
 * @param observed share of pictures that both or neither are right about
 * @param consistency Cohen's kappa: that share beyond what two of their accuracies would have by chance; 1 if it is 1
 */
public record Agreement(double accuracyDifference, double observed, double consistency) {
    /**
     * The mean over the conditions of an experiment.
     *
     * @param a has judged the pictures that {@code b} has
     */
    public static Agreement between(Observer a, Observer b) {
        List<Agreement> conditions = new ArrayList<>();
        a.right().forEach((condition, right) -> {
            SortedMap<String, Boolean> other = b.right().get(condition);
            if (other == null || !right.keySet().equals(other.keySet())) {
                throw new IllegalArgumentException(
                        "%s and %s did not judge the same pictures".formatted(a.name(), b.name()));
            }
            conditions.add(of(List.copyOf(right.values()), List.copyOf(other.values())));
        });
        return mean(conditions);
    }

    /** Of one observer with each of several. */
    public static Agreement between(Observer one, Collection<Observer> others) {
        return mean(others.stream().map(other -> between(one, other)).toList());
    }

    /** Of every pair of them, two at least. */
    public static Agreement among(List<Observer> observers) {
        List<Agreement> pairs = new ArrayList<>();
        for (int i = 0; i < observers.size(); i++) {
            for (int j = i + 1; j < observers.size(); j++) {
                pairs.add(between(observers.get(i), observers.get(j)));
            }
        }
        return mean(pairs);
    }

    static Agreement of(List<Boolean> a, List<Boolean> b) {
        int same = 0;
        int ofA = 0;
        int ofB = 0;
        for (int i = 0; i < a.size(); i++) {
            same += a.get(i).equals(b.get(i)) ? 1 : 0;
            ofA += a.get(i) ? 1 : 0;
            ofB += b.get(i) ? 1 : 0;
        }
        double first = (double) ofA / a.size();
        double second = (double) ofB / b.size();
        double observed = (double) same / a.size();
        double expected = first * second + (1 - first) * (1 - second);
        double consistency = same == a.size() ? 1 : (observed - expected) / (1 - expected);
        return new Agreement((first - second) * (first - second), observed, consistency);
    }

    static Agreement mean(List<Agreement> all) {
        return new Agreement(
                all.stream()
                        .mapToDouble(Agreement::accuracyDifference)
                        .average()
                        .orElseThrow(),
                all.stream().mapToDouble(Agreement::observed).average().orElseThrow(),
                all.stream().mapToDouble(Agreement::consistency).average().orElseThrow());
    }

    /**
     * The error consistency as a share of what people have among each other, 0 … 1, as Brain-Score takes it ({@code
     * geirhos2021}).
     */
    double ceiled(Agreement people) {
        return Math.max(0, Math.min(1, Math.abs(consistency) / Math.abs(people.consistency)));
    }
}
