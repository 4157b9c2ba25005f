package org.vito.ingest.curation;

import java.util.Arrays;
import java.util.List;
import org.vito.protocol.CounterRandom;

/**
 * Centres of clusters of vectors of length 1: k-means by cosine (Dhillon and Modha 2001), begun as k-means++ does (Arthur and
 * Vassilvitskii 2007), the same for the same vectors in the same order. A centre has length 1 too.
 */
final class Centres {
    private static final long SEED = 3;
    private static final int ROUNDS = 20;

    private final float[][] centres;

    private Centres(float[][] centres) {
        this.centres = centres;
    }

    /** The centres of {@code count} clusters, or of as many as there are vectors. */
    static Centres of(List<float[]> vectors, int count) {
        int k = Math.min(count, vectors.size());
        Centres found = new Centres(spread(vectors, k));
        int[] before = new int[0];
        for (int round = 0; round < ROUNDS; round++) {
            int[] nearest = vectors.parallelStream().mapToInt(found::nearest).toArray();
            if (Arrays.equals(nearest, before)) {
                break;
            }
            before = nearest;
            found.move(vectors, nearest);
        }
        return found;
    }

    /**
     * Vectors far from each other: each is drawn with the square of its distance to those before, 2 (1 - cosine), for weight; of a few
     * that are drawn the one that leaves the others nearest.
     */
    private static float[][] spread(List<float[]> vectors, int k) {
        CounterRandom random = CounterRandom.of(SEED, "centres", vectors.size(), k);
        int tries = 2 + (int) Math.log(k);
        double[] distances = new double[vectors.size()];
        Arrays.fill(distances, 2);
        float[][] chosen = new float[k][];
        for (int c = 0; c < k; c++) {
            double[] best = distances;
            double least = Double.POSITIVE_INFINITY;
            for (int t = 0; t < tries; t++) {
                float[] candidate = vectors.get(drawn(distances, random));
                double[] left = left(vectors, distances, candidate);
                double sum = Arrays.stream(left).sum();
                if (sum < least) {
                    least = sum;
                    best = left;
                    chosen[c] = candidate.clone();
                }
            }
            distances = best;
        }
        return chosen;
    }

    /** The distances to the nearest of the centres, with {@code centre} among them. */
    private static double[] left(List<float[]> vectors, double[] distances, float[] centre) {
        double[] left = new double[distances.length];
        Arrays.setAll(left, i -> Math.min(distances[i], Math.max(0, 2 - 2 * Vectors.cosine(vectors.get(i), centre))));
        return left;
    }

    private static int drawn(double[] weights, CounterRandom random) {
        double left = random.nextDouble() * Arrays.stream(weights).sum();
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                left -= weights[i];
                if (left < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    /** Moves each centre to the mean of its vectors; one that has none stays. */
    private void move(List<float[]> vectors, int[] nearest) {
        double[][] sums = new double[centres.length][centres[0].length];
        for (int i = 0; i < nearest.length; i++) {
            float[] vector = vectors.get(i);
            double[] sum = sums[nearest[i]];
            for (int d = 0; d < vector.length; d++) {
                sum[d] += vector[d];
            }
        }
        for (int c = 0; c < centres.length; c++) {
            double length = Math.sqrt(Arrays.stream(sums[c]).map(x -> x * x).sum());
            if (length > 1e-9) {
                for (int d = 0; d < sums[c].length; d++) {
                    centres[c][d] = (float) (sums[c][d] / length);
                }
            }
        }
    }

    int size() {
        return centres.length;
    }

    /** The number of the centre that is most like a vector; of several the first. */
    int nearest(float[] vector) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < centres.length; c++) {
            double cosine = Vectors.cosine(vector, centres[c]);
            if (cosine > most) {
                most = cosine;
                best = c;
            }
        }
        return best;
    }
}
