package org.vito.evaluator.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.protocol.CounterRandom;

class LinearProbeTaskTest {
    private static final int CLASSES = 4;
    private static final int DIMENSION = 7;

    private long largeFrom = Long.MAX_VALUE;

    @Test
    void gradientAgreesWithDifferencesOfTheLoss() {
        CounterRandom random = CounterRandom.of(3, "gradient", 0, 0);
        int count = 11;
        float[][] rows = KnnTaskTest.gaussian(random, count, DIMENSION);
        int[] labels =
                IntStream.range(0, count).map(i -> random.nextInt(CLASSES)).toArray();
        float[] columns = Vectors.transposed(rows, count);
        LinearHead head = new LinearHead(CLASSES, DIMENSION);
        for (float[] w : head.weights()) {
            for (int d = 0; d < DIMENSION; d++) {
                w[d] = (float) (0.3 * random.nextGaussian());
            }
        }
        head.gradient(rows, columns, labels, count);
        float[][] analytic = new float[CLASSES][];
        for (int c = 0; c < CLASSES; c++) {
            analytic[c] = head.lastGradient()[c].clone();
        }
        float[] analyticBias = head.lastBiasGradient().clone();
        float h = 1e-2f;
        for (int c = 0; c < CLASSES; c++) {
            for (int d = 0; d < DIMENSION; d++) {
                float w = head.weights()[c][d];
                head.weights()[c][d] = w + h;
                double above = head.gradient(rows, columns, labels, count);
                head.weights()[c][d] = w - h;
                double below = head.gradient(rows, columns, labels, count);
                head.weights()[c][d] = w;
                assertThat((above - below) / (2 * h)).isCloseTo(analytic[c][d], within(3e-4));
            }
            head.bias()[c] += h;
            double above = head.gradient(rows, columns, labels, count);
            head.bias()[c] -= 2 * h;
            double below = head.gradient(rows, columns, labels, count);
            head.bias()[c] += h;
            assertThat((above - below) / (2 * h)).isCloseTo(analyticBias[c], within(3e-4));
        }
    }

    @Test
    void lossOfAnUntrainedHeadIsThatOfGuessing() {
        float[][] rows = {{1, 2}, {3, 4}};
        LinearHead head = new LinearHead(5, 2);
        double loss = head.gradient(rows, Vectors.transposed(rows, 2), new int[] {0, 4}, 2);
        assertThat(loss).isCloseTo(Math.log(5), within(1e-6));
    }

    @Test
    void twoStepsOfNesterovAreThoseComputedByHand() {
        // One feature of value 1, two classes, label 0: p starts at 1/2, so g = (-1/2, 1/2) for weights and bias alike.
        float[][] rows = {{1}};
        float[] columns = {1};
        LinearHead head = new LinearHead(2, 1);
        head.gradient(rows, columns, new int[] {0}, 1);
        head.step(0.1, 0.9);
        // v = -0.5; w = 0.1 (0.5 + 0.9 * 0.5) = 0.095
        assertThat(head.weights()[0][0]).isCloseTo(0.095f, within(1e-6f));
        // logit difference: 4 * 0.095 = 0.38; p0 = 1/(1+e^-0.38) = 0.593873; g = -0.406127
        head.gradient(rows, columns, new int[] {0}, 1);
        assertThat(head.lastGradient()[0][0]).isCloseTo(-0.406127f, within(1e-5f));
        head.step(0.1, 0.9);
        // v = 0.9 * -0.5 - 0.406127 = -0.856127; w = 0.095 + 0.1 (0.406127 + 0.9 * 0.856127) = 0.212664
        assertThat(head.weights()[0][0]).isCloseTo(0.212664f, within(1e-5f));
    }

    @Test
    void findsTheMinimumOfAClosedProblem() {
        // One feature, ±1; of the images at +1 three in four are of class 1, at -1 one in four. By symmetry the best
        // predictor says 3/4 at +1, so the logit difference there is ln 3.
        float[][] rows = {{1}, {1}, {1}, {1}, {-1}, {-1}, {-1}, {-1}};
        int[] labels = {1, 1, 1, 0, 0, 0, 0, 1};
        float[] columns = Vectors.transposed(rows, 8);
        LinearHead head = new LinearHead(2, 1);
        double loss = 0;
        for (int step = 0; step < 600; step++) {
            loss = head.gradient(rows, columns, labels, 8);
            head.step(0.5, 0.9);
        }
        float[][] logits = head.logits(columns, 8);
        assertThat((double) logits[1][0] - logits[0][0]).isCloseTo(Math.log(3), within(1e-3));
        assertThat(loss).isCloseTo(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)), within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 0})
    void separatesWhatIsSeparableAndTellsTheWholeSweep(long largeFrom) {
        CounterRandom random = CounterRandom.of(5, "linear", 0, 0);
        int classes = 7;
        int[] trainLabels = IntStream.range(0, 420).map(i -> i % classes).toArray();
        int[] testLabels = IntStream.range(0, 140).map(i -> i % classes).toArray();
        float[][] centres = KnnTaskTest.gaussian(random, classes, 24);
        for (float[] centre : centres) {
            for (int d = 0; d < centre.length; d++) {
                centre[d] = centre[d] * 8 + 100; // far from 0: standardising has to help
            }
        }
        Features features = new Features(
                KnnTaskTest.around(random, centres, trainLabels),
                trainLabels,
                KnnTaskTest.around(random, centres, testLabels),
                testLabels,
                classes);
        LinearProbeTask task =
                new LinearProbeTask(new LinearProbeTask.Options(List.of(1e-7, 1.0, 10.0), 30, 64, 0, true), largeFrom);
        Map<String, Double> metrics = task.run(features, Workers.single());
        assertThat(metrics.get("top1")).isGreaterThan(0.97);
        assertThat(metrics.get("top1"))
                .isEqualTo(metrics.get("top1.lr=" + metrics.get("learning-rate")))
                .isGreaterThanOrEqualTo(
                        Math.max(metrics.getOrDefault("top1.lr=1.0", 9.0), metrics.getOrDefault("top1.lr=10.0", 9.0)));
        assertThat(metrics).containsKeys("top1.lr=1.0E-7", "top1.lr=1.0", "top1.lr=10.0", "top1.low", "top5.high");
        assertThat(metrics.keySet().iterator().next()).isEqualTo("top1");
        assertThat(task.run(features, Workers.single())).isEqualTo(metrics); // the same order, the same numbers
    }

    /**
     * Nine steps of torch.optim.SGD (PyTorch 2.13, 64 bit, nesterov, momentum 0.9) with LambdaLR on the same batches: rates 20 and 80
     * scaled by 5/256, half a cosine; with standardised features those of the classifier before folding.
     */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 0})
    void trainsAsPyTorchDoes(long largeFrom) {
        this.largeFrom = largeFrom;
        float[][] weights = {
            {-0.821177f, -0.290191f, -0.121725f},
            {-0.299447f, 0.133652f, 0.395196f},
            {0.473159f, 0.158308f, -0.426878f},
            {0.647466f, -0.001769f, 0.153408f}
        };
        Classifier raw = trained(20, false);
        assertThat(raw.weights()).satisfies(w -> close(w, weights));
        assertThat(new float[][] {raw.bias()})
                .satisfies(b -> close(b, new float[][] {{0.70444f, 0.800837f, -0.779935f, -0.725341f}}));
        assertThat(trained(80, false).logits(made(100, 102)))
                .satisfies(x -> close(x, new float[][] {
                    {0.790266f, 2.114583f, -2.806648f, -0.0982f}, {1.110663f, 3.613958f, -2.776642f, -1.947979f}
                }));
        assertThat(trained(20, true).logits(made(100, 102)))
                .satisfies(x -> close(x, new float[][] {
                    {0.603496f, 0.937264f, -1.149121f, -0.391638f}, {0.734862f, 1.164575f, -1.064485f, -0.834952f}
                }));
        assertThat(trained(80, true).logits(made(100, 102)))
                .satisfies(x -> close(x, new float[][] {
                    {0.74114f, 2.079973f, -2.58754f, -0.233574f}, {1.050196f, 3.105635f, -2.46458f, -1.69125f}
                }));
        assertThat(raw.metrics()).containsEntry("top1", 0.2);
    }

    private Classifier trained(double rate, boolean standardise) {
        int[] labels = {0, 1, 0, 3, 0, 1, 2, 1, 0, 1, 0, 1};
        int[] testLabels = IntStream.range(0, 30).map(i -> i / 2 % CLASSES).toArray();
        Features features = new Features(made(0, 12), labels, made(100, 130), testLabels, CLASSES);
        return new LinearProbeTask(new LinearProbeTask.Options(List.of(rate), 3, 5, 0, standardise), largeFrom)
                .train(features, List.of("a", "b", "c", "d"), Workers.single());
    }

    private static float[][] made(int from, int to) {
        float[][] rows = new float[to - from][3];
        for (int i = from; i < to; i++) {
            for (int d = 0; d < 3; d++) {
                rows[i - from][d] = (7 * i + 3 * d * d + i * d) % 11 / 5f - 1;
            }
        }
        return rows;
    }

    private static void close(float[][] actual, float[][] expected) {
        assertThat(actual).hasDimensions(expected.length, expected[0].length);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).containsExactly(expected[i], within(2e-5f));
        }
    }

    @Test
    void scheduleFallsAlongHalfACosine() {
        assertThat(LinearProbeTask.cosine(0, 100)).isEqualTo(1);
        assertThat(LinearProbeTask.cosine(50, 100)).isCloseTo(0.5, within(1e-12));
        assertThat(LinearProbeTask.cosine(99, 100)).isCloseTo(0.000247, within(1e-6));
    }

    @Test
    void standardisedFeaturesHaveMeanZeroAndLengthOne() {
        float[][] x = KnnTaskTest.gaussian(CounterRandom.of(2, "std", 0, 0), 200, 16);
        for (float[] row : x) {
            row[3] = 7; // never varies
            row[5] = row[5] * 1000 + 9;
        }
        float[][] y = new Standardiser(x).apply(x);
        double length = 0;
        double[] mean = new double[16];
        for (float[] row : y) {
            length += Vectors.squaredNorm(row) / y.length;
            for (int d = 0; d < 16; d++) {
                mean[d] += row[d] / y.length;
            }
        }
        assertThat(length).isCloseTo(15.0 / 16, within(1e-3));
        assertThat(mean).satisfies(m -> {
            for (double v : m) {
                assertThat(v).isCloseTo(0, within(1e-4));
            }
        });
        assertThat(y[17][3]).isZero();
    }
}
