package org.vito.evaluator.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class KnnTaskTest {
    @Test
    void weightsVotesByTheExponentialOfSimilarity() {
        // One neighbour of class 0 at cosine 1 against two of class 1 at 0.6: exp(1/0.07) > 2 exp(0.6/0.07), but 1 < 2.
        float[][] train = {{2, 0}, {3, 4}, {0.6f, -0.8f}};
        Features features = new Features(train, new int[] {0, 1, 1}, new float[][] {{5, 0}}, new int[] {0}, 2);

        Map<String, Double> metrics = new KnnTask(3, 0.07).run(features, Workers.single());

        assertThat(metrics)
                .containsEntry("top1", 1.0)
                .containsEntry("top1.plain", 0.0)
                .containsEntry("k", 3.0);
        assertThat(metrics).doesNotContainKey("top5");
        // With a temperature of 10 the votes are all but equal, and the two win: exp(0.1) < 2 exp(0.06).
        assertThat(new KnnTask(3, 10).run(features, Workers.single())).containsEntry("top1", 0.0);
    }

    @Test
    void agreesWithBruteForceOnManyClasses() {
        CounterRandom random = CounterRandom.of(7, "knn", 0, 0);
        int classes = 9;
        int[] trainLabels = IntStream.range(0, 700).map(i -> i % classes).toArray();
        int[] testLabels = IntStream.range(0, 301).map(i -> (i * 7) % classes).toArray();
        float[][] centres = gaussian(random, classes, 33);
        float[][] train = around(random, centres, trainLabels);
        float[][] test = around(random, centres, testLabels);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Map<String, Double> metrics = new KnnTask(20, 0.07)
                    .run(
                            new Features(train, trainLabels, test, testLabels, classes),
                            new Workers(pool, 3, () -> false));
            int top1 = 0;
            int top5 = 0;
            for (int i = 0; i < test.length; i++) {
                int[] ranked = bruteForce(train, trainLabels, test[i], classes, 20);
                top1 += ranked[0] == testLabels[i] ? 1 : 0;
                int truth = testLabels[i];
                top5 += Arrays.stream(ranked).limit(5).anyMatch(c -> c == truth) ? 1 : 0;
            }
            assertThat(top1).isBetween(60, 290); // neither guessing nor trivial
            assertThat(metrics.get("top1")).isCloseTo(top1 / 301.0, within(1e-12));
            assertThat(metrics.get("top5")).isCloseTo(top5 / 301.0, within(1e-12));
            assertThat(metrics.get("images")).isEqualTo(301);
        } finally {
            pool.shutdownNow();
        }
    }

    private static int[] bruteForce(float[][] train, int[] labels, float[] x, int classes, int k) {
        double[] similarity = new double[train.length];
        for (int j = 0; j < train.length; j++) {
            double dot = 0;
            for (int d = 0; d < x.length; d++) {
                dot += (double) x[d] * train[j][d];
            }
            similarity[j] = dot / Math.sqrt(Vectors.squaredNorm(x) * Vectors.squaredNorm(train[j]));
        }
        double[] votes = new double[classes];
        IntStream.range(0, train.length)
                .boxed()
                .sorted(Comparator.comparingDouble(j -> -similarity[j]))
                .limit(k)
                .forEach(j -> votes[labels[j]] += Math.exp(similarity[j] / 0.07));
        return IntStream.range(0, classes)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -votes[c]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    static float[][] gaussian(CounterRandom random, int rows, int dimension) {
        float[][] out = new float[rows][dimension];
        for (float[] row : out) {
            for (int d = 0; d < dimension; d++) {
                row[d] = (float) random.nextGaussian();
            }
        }
        return out;
    }

    static float[][] around(CounterRandom random, float[][] centres, int[] labels) {
        float[][] out = gaussian(random, labels.length, centres[0].length);
        for (int i = 0; i < labels.length; i++) {
            for (int d = 0; d < out[i].length; d++) {
                out[i][d] = out[i][d] * 2.2f + centres[labels[i]][d];
            }
        }
        return out;
    }

    @Test
    void refusesWhatIsNotFinite() {
        Features features =
                new Features(new float[][] {{1}, {Float.NaN}}, new int[] {0, 1}, new float[][] {{1}}, new int[] {0}, 2);
        assertThatThrownBy(() -> new KnnTask(1, 0.07).run(features, Workers.single()))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FINITE))
                .hasMessageContaining("training image 1");
    }

    @Test
    void endsWhenCancelled() {
        Features features =
                new Features(new float[][] {{1}, {2}}, new int[] {0, 1}, new float[][] {{1}}, new int[] {0}, 2);
        assertThatThrownBy(() -> new KnnTask(1, 0.07).run(features, new Workers(Runnable::run, 1, () -> true)))
                .isInstanceOf(CancellationException.class);
    }

    @Test
    void intervalOfWilsonIsThatOfTheFormula() {
        // Computed by hand for 8 of 10: centre 0.716738, half width 0.226674.
        assertThat(Wilson.of(8, 10).low()).isCloseTo(0.490162, within(1e-4));
        assertThat(Wilson.of(8, 10).high()).isCloseTo(0.943318, within(1e-4));
        assertThat(Wilson.of(0, 20).low()).isZero();
        assertThat(Wilson.of(20, 20).high()).isEqualTo(1);
        assertThat(Wilson.of(0, 20).high()).isCloseTo(0.161125, within(1e-5)); // z²/(n+z²)
    }
}
