package org.vito.evaluator.human;

import java.util.Arrays;

/** Spearman's rank correlation, equal values having the mean of their ranks. */
final class Spearman {
    private Spearman() {}

    /** Of two lists of the same length, -1 … 1; no number if one of them has the same value everywhere. */
    static double correlation(float[] a, float[] b) {
        if (a.length != b.length || a.length == 0) {
            throw new IllegalArgumentException(a.length + " values and " + b.length);
        }
        double[] first = ranks(a);
        double[] second = ranks(b);
        double middle = (a.length + 1) / 2.0;
        double both = 0;
        double ofFirst = 0;
        double ofSecond = 0;
        for (int i = 0; i < first.length; i++) {
            double x = first[i] - middle;
            double y = second[i] - middle;
            both += x * y;
            ofFirst += x * x;
            ofSecond += y * y;
        }
        return both / Math.sqrt(ofFirst * ofSecond);
    }

    /** Ranks from 1. */
    private static double[] ranks(float[] values) {
        long[] order = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            int bits = Float.floatToIntBits(values[i] + 0f); // no -0
            int ascending = bits < 0 ? ~bits : bits ^ Integer.MIN_VALUE; // unsigned, as the numbers are
            order[i] = (long) (ascending ^ Integer.MIN_VALUE) << 32 | i;
        }
        Arrays.sort(order);
        double[] ranks = new double[values.length];
        for (int from = 0, to; from < order.length; from = to) {
            to = from + 1;
            while (to < order.length && order[to] >> 32 == order[from] >> 32) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[(int) order[i]] = (from + 1 + to) / 2.0;
            }
        }
        return ranks;
    }
}
