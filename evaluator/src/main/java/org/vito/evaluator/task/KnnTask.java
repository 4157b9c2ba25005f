package org.vito.evaluator.task;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Classifies each test image by its nearest training images under cosine similarity.
 *
 * <p>The rule is that of Wu, Xiong, Yu and Lin ("Unsupervised feature learning via non-parametric instance
 * discrimination", CVPR 2018, §3.4), which DINO made the common one: each of the k nearest votes for its class with weight
 * exp(s/τ), s being the similarity and τ = 0.07. Beside it, {@code top1.plain} counts each neighbour once. Ties go to the
 * class with the larger sum of weights, then to the lower class number.
 *
 * <p>Exact search by blocks: a block of training features is transposed, so that the similarities of one test image to the
 * whole block grow by one multiply-add over neighbouring floats per dimension.
 */
public final class KnnTask implements Task {
    private static final int BLOCK = 256; // training images whose similarities stay in the first cache together
    private static final int TESTS = 128; // test images that share one transposed block

    private final int k;
    private final double temperature;

    /**
     * The rule with its two numbers.
     *
     * @param k neighbours, fewer if there are fewer training images
     * @param temperature τ, above 0
     */
    public KnnTask(int k, double temperature) {
        this.k = k;
        this.temperature = temperature;
    }

    @Override
    public String name() {
        return "knn";
    }

    @Override
    public Map<String, Double> run(Features features, Workers workers) {
        Vectors.requireFinite(features.train(), "training");
        Vectors.requireFinite(features.test(), "test");
        float[][] train = normalised(features.train());
        float[][] test = normalised(features.test());
        AtomicInteger top1 = new AtomicInteger();
        AtomicInteger top5 = new AtomicInteger();
        AtomicInteger plain = new AtomicInteger();
        int chunks = (test.length + TESTS - 1) / TESTS;
        workers.each(chunks, chunk -> {
            int from = chunk * TESTS;
            int to = Math.min(test.length, from + TESTS);
            Neighbours[] nearest = search(train, test, from, to, workers);
            for (int i = from; i < to; i++) {
                Votes votes = vote(nearest[i - from], features.trainLabels(), features.classes());
                int truth = features.testLabels()[i];
                top1.addAndGet(votes.rank(truth) == 0 ? 1 : 0);
                top5.addAndGet(votes.rank(truth) < 5 ? 1 : 0);
                plain.addAndGet(votes.most() == truth ? 1 : 0);
            }
        });
        Map<String, Double> metrics = new LinkedHashMap<>();
        Wilson.put(metrics, "top1", top1.get(), test.length);
        if (features.classes() > 5) {
            Wilson.put(metrics, "top5", top5.get(), test.length);
        }
        metrics.put("top1.plain", (double) plain.get() / test.length);
        metrics.put("k", (double) Math.min(k, train.length));
        metrics.put("images", (double) test.length);
        return metrics;
    }

    /**
     * The training images most similar to some test images, most similar first.
     *
     * @param queries indices of test images
     * @param count how many of each; fewer if there are fewer
     * @return {@code [queries][count]} indices of training images
     */
    public static int[][] nearest(Features features, List<Integer> queries, int count) {
        Neighbours[] found = new Neighbours[queries.size()];
        Arrays.setAll(found, q -> new Neighbours(Math.min(count, features.train().length)));
        float[] similarity = new float[1];
        for (int i = 0; i < features.train().length; i++) {
            float[] image = features.train()[i];
            double norm = Math.sqrt(Vectors.squaredNorm(image));
            for (int q = 0; q < found.length; q++) {
                double product = Vectors.product(features.test()[queries.get(q)], image);
                similarity[0] = norm > 0 ? (float) (product / norm) : 0;
                found[q].offer(i, similarity, 1);
            }
        }
        int[][] nearest = new int[found.length][];
        Arrays.setAll(nearest, q -> Arrays.copyOf(found[q].images, found[q].size()));
        return nearest;
    }

    private Neighbours[] search(float[][] train, float[][] test, int from, int to, Workers workers) {
        int dimension = train[0].length;
        Neighbours[] nearest = new Neighbours[to - from];
        Arrays.setAll(nearest, i -> new Neighbours(Math.min(k, train.length)));
        float[] block = new float[dimension * BLOCK];
        float[] similarity = new float[BLOCK];
        for (int start = 0; start < train.length; start += BLOCK) {
            workers.check();
            int count = Math.min(BLOCK, train.length - start);
            for (int j = 0; j < count; j++) {
                for (int d = 0; d < dimension; d++) {
                    block[d * BLOCK + j] = train[start + j][d];
                }
            }
            for (int i = from; i < to; i++) {
                Arrays.fill(similarity, 0);
                for (int d = 0; d < dimension; d++) {
                    Vectors.addScaled(similarity, test[i][d], block, d * BLOCK, BLOCK);
                }
                nearest[i - from].offer(start, similarity, count);
            }
        }
        return nearest;
    }

    private Votes vote(Neighbours nearest, int[] labels, int classes) {
        Votes votes = new Votes(classes);
        for (int n = 0; n < nearest.size(); n++) {
            votes.add(labels[nearest.image(n)], Math.exp(nearest.similarity(n) / temperature));
        }
        return votes;
    }

    private static float[][] normalised(float[][] features) {
        float[][] out = new float[features.length][];
        for (int i = 0; i < features.length; i++) {
            double norm = Math.sqrt(Vectors.squaredNorm(features[i]));
            float scale = norm > 0 ? (float) (1 / norm) : 0;
            out[i] = new float[features[i].length];
            Vectors.addScaled(out[i], scale, features[i], 0, out[i].length);
        }
        return out;
    }

    /** The k best of what was offered, most similar first; of equals the lower image number stays. */
    private static final class Neighbours {
        private final int[] images;
        private final float[] similarities;
        private int size;

        Neighbours(int k) {
            images = new int[k];
            similarities = new float[k];
        }

        void offer(int firstImage, float[] offered, int count) {
            for (int j = 0; j < count; j++) {
                if (size < images.length || offered[j] > similarities[size - 1]) {
                    insert(firstImage + j, offered[j]);
                }
            }
        }

        private void insert(int image, float similarity) {
            size = Math.min(size + 1, images.length);
            int at = size - 1;
            while (at > 0 && similarities[at - 1] < similarity) {
                similarities[at] = similarities[at - 1];
                images[at] = images[at - 1];
                at--;
            }
            similarities[at] = similarity;
            images[at] = image;
        }

        int size() {
            return size;
        }

        int image(int n) {
            return images[n];
        }

        float similarity(int n) {
            return similarities[n];
        }
    }

    private static final class Votes {
        private final double[] weights;
        private final int[] counts;

        Votes(int classes) {
            weights = new double[classes];
            counts = new int[classes];
        }

        void add(int label, double weight) {
            weights[label] += weight;
            counts[label]++;
        }

        /** How many classes stand before {@code label}. */
        int rank(int label) {
            int before = 0;
            for (int c = 0; c < weights.length; c++) {
                if (weights[c] > weights[label] || (weights[c] == weights[label] && c < label)) {
                    before++;
                }
            }
            return before;
        }

        int most() {
            int best = 0;
            for (int c = 1; c < counts.length; c++) {
                if (counts[c] > counts[best] || (counts[c] == counts[best] && weights[c] > weights[best])) {
                    best = c;
                }
            }
            return best;
        }
    }
}
