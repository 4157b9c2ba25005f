package org.vito.learner.objective;

import java.util.ArrayList;
import java.util.List;
import org.vito.learner.objective.InfoNce.Negatives;
import org.vito.learner.objective.InfoNce.Reduction;

/** The loss as its definition reads, in 64 bits, one pair and one clip after the other. */
final class ReferenceInfoNce {
    private ReferenceInfoNce() {}

    /** Of projections {@code [view][clip][length]}. */
    static double loss(InfoNce objective, double[][][] online, double[][][] target, int[] videos) {
        double total = 0;
        int views = online.length;
        for (int clip = 0; clip < videos.length; clip++) {
            for (int i = 0; i < views; i++) {
                for (int j = 0; j < views; j++) {
                    if (i != j) {
                        total += pair(objective, i, j, clip, online, target, videos);
                    }
                }
            }
        }
        double perClip = total / videos.length;
        return objective.reduction() == Reduction.SUM ? perClip : perClip / (views * (views - 1));
    }

    /** −log(e^p / (e^p + Σ e^s)) = log(1 + Σ e^(s − p)). */
    private static double pair(
            InfoNce objective, int i, int j, int clip, double[][][] online, double[][][] target, int[] videos) {
        double positive = similarity(objective, online[i][clip], target[j][clip]);
        List<Double> exponents = new ArrayList<>();
        for (int other = 0; other < videos.length; other++) {
            for (int view = 0; view < target.length; view++) {
                if (videos[other] != videos[clip] && (objective.negatives() == Negatives.ALL || view == j)) {
                    exponents.add(similarity(objective, online[i][clip], target[view][other]) - positive);
                }
            }
        }
        double largest = exponents.stream().mapToDouble(e -> e).max().orElse(0);
        double sum = exponents.stream()
                .mapToDouble(e -> Math.exp(e - Math.max(0, largest)))
                .sum();
        return largest <= 0 ? Math.log1p(sum) : largest + Math.log(sum + Math.exp(-largest));
    }

    private static double similarity(InfoNce objective, double[] a, double[] b) {
        double product = dot(a, b) / objective.temperature();
        return objective.normalise() ? product / (length(a) * length(b)) : product;
    }

    private static double length(double[] a) {
        return Math.sqrt(Math.max(dot(a, a), 1e-12));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }
}
