package org.vito.evaluator.task;

import java.util.Map;

/**
 * The score interval of Wilson for a share seen in independent trials ("Probable inference, the law of succession, and
 * statistical inference", JASA 22, 1927), at 95 %.
 *
 * @param low 0 … share
 * @param high share … 1
 */
public record Wilson(double low, double high) {
    private static final double Z = 1.959963984540054; // 97.5 % of a normal distribution lie below

    /** The interval of {@code right} successes, 0 … trials, in {@code trials}, at least 1. */
    public static Wilson of(int right, int trials) {
        double n = trials;
        double p = right / n;
        double centre = p + Z * Z / (2 * n);
        double half = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        double scale = 1 + Z * Z / n;
        return new Wilson(
                right == 0 ? 0 : Math.max(0, (centre - half) / scale),
                right == trials ? 1 : Math.min(1, (centre + half) / scale));
    }

    /** Adds {@code name}, {@code name.low} and {@code name.high}: the share of {@code right} in {@code trials} and its interval. */
    public static void put(Map<String, Double> metrics, String name, int right, int trials) {
        Wilson interval = of(right, trials);
        metrics.put(name, (double) right / trials);
        metrics.put(name + ".low", interval.low);
        metrics.put(name + ".high", interval.high);
    }
}
