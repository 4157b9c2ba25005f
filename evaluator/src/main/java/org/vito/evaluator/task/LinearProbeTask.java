package org.vito.evaluator.task;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.vito.protocol.CounterRandom;

/**
 * A linear classifier on frozen features: SGD with Nesterov momentum 0.9, no weight decay, the learning rate falling to 0
 * along half a cosine without warm-up, one classifier for each learning rate of the sweep, all trained side by side on the
 * same batches in one pass over the cached features.
 *
 * <p>With rates of 0.4 to 0.05, 80 epochs and batches of 1024 this is the recipe of VITO (arXiv 2210.06433, linear probe) as
 * far as it is told and of BYOL (appendix C.1) in the rest: a rate is meant for a batch of 256 and scaled with the batch. Unlike there
 * the images are always the same centre crops, since features are computed once. As in VITO the best rate is chosen on the
 * images it is reported on, so {@code top1} is slightly optimistic; {@code top1.lr=…} tells the accuracy of every rate.
 *
 * <p>Features may be standardised ({@link Standardiser}), which takes the place of tuning the sweep to a network. The classifier
 * that comes out is one of plain features all the same.
 */
public final class LinearProbeTask implements Task {
    private static final double MOMENTUM = 0.9;
    private static final double BATCH_OF_RATE = 256;
    private static final int TEST_BATCH = 512;

    /**
     * How to train.
     *
     * @param learningRates the sweep, each above 0
     * @param epochs passes over the training features, 1 or more
     * @param batch images a step; fewer if there are fewer
     * @param seed of the order of images
     * @param standardise whether features are standardised first
     */
    public record Options(List<Double> learningRates, int epochs, int batch, long seed, boolean standardise) {
        public Options {
            learningRates = List.copyOf(learningRates);
        }
    }

    /** Weights of all heads together, from which on TensorFlow trains them; fewer are trained sooner without it. */
    private static final long LARGE_FROM = 1_000_000;

    private final Options options;
    private final long largeFrom;

    public LinearProbeTask(Options options) {
        this(options, LARGE_FROM);
    }

    LinearProbeTask(Options options, long largeFrom) {
        this.options = options;
        this.largeFrom = largeFrom;
    }

    @Override
    public String name() {
        return "linear";
    }

    /** A text that differs whenever training differs; of options and procedure, not of images. */
    public String recipe() {
        return "linear 1: " + options;
    }

    @Override
    public Map<String, Double> run(Features features, Workers workers) {
        List<String> numbers =
                IntStream.range(0, features.classes()).mapToObj(String::valueOf).toList();
        return train(features, numbers, workers).metrics();
    }

    /**
     * Trains and measures. Takes seconds to hours of one or more threads.
     *
     * @param classes names of the features' classes, in order
     * @return the best classifier of the sweep, with what {@link #run} tells
     * @throws java.util.concurrent.CancellationException soon after {@code workers} were cancelled
     * @throws org.vito.protocol.VitoException NOT_FINITE if a feature is no finite number
     */
    public Classifier train(Features features, List<String> classes, Workers workers) {
        Vectors.requireFinite(features.train(), "training");
        Vectors.requireFinite(features.test(), "test");
        Optional<Standardiser> standardiser =
                options.standardise() ? Optional.of(new Standardiser(features.train())) : Optional.empty();
        UnaryOperator<float[][]> prepared =
                x -> standardiser.map(s -> s.apply(x)).orElse(x);
        LinearHead[] heads = train(prepared.apply(features.train()), features, workers);
        float[][] test = prepared.apply(features.test());
        int[][] right = new int[heads.length][];
        workers.each(heads.length, h -> right[h] = right(heads[h], test, features.testLabels(), workers));
        int best = 0;
        for (int h = 1; h < right.length; h++) {
            best = right[h][0] > right[best][0] ? h : best;
        }
        float[][] weights = heads[best].weights();
        float[] bias = heads[best].bias();
        standardiser.ifPresent(s -> s.fold(weights, bias));
        return new Classifier(classes, weights, bias, metrics(right, best, features));
    }

    private LinearHead[] train(float[][] train, Features features, Workers workers) {
        LinearHead[] heads = new LinearHead[options.learningRates().size()];
        Arrays.setAll(heads, h -> new LinearHead(features.classes(), features.dimension()));
        if ((long) heads.length * features.classes() * features.dimension() < largeFrom) {
            eachBatch(train, features, (rows, labels, count, decay) -> {
                float[] columns = Vectors.transposed(rows, count);
                workers.each(heads.length, h -> {
                    heads[h].gradient(rows, columns, labels, count);
                    heads[h].step(options.learningRates().get(h) * decay, MOMENTUM);
                });
            });
            return heads;
        }
        try (LinearSweep sweep = LinearSweep.open(heads.length, features.classes(), features.dimension(), MOMENTUM)) {
            eachBatch(train, features, (rows, labels, count, decay) -> {
                workers.check();
                double[] rates = options.learningRates().stream()
                        .mapToDouble(rate -> rate * decay)
                        .toArray();
                sweep.step(rows, labels, count, rates);
            });
            sweep.copyTo(heads);
        }
        return heads;
    }

    private interface Batch {
        void learn(float[][] rows, int[] labels, int count, double decay);
    }

    private void eachBatch(float[][] train, Features features, Batch to) {
        int batch = Math.min(options.batch(), train.length);
        int perEpoch = (train.length + batch - 1) / batch;
        long steps = (long) perEpoch * options.epochs();
        float[][] rows = new float[batch][];
        int[] labels = new int[batch];
        int[] order = new int[0];
        for (long step = 0; step < steps; step++) {
            int from = (int) (step % perEpoch) * batch;
            if (from == 0) {
                order = CounterRandom.of(options.seed(), "linear", step / perEpoch, 0)
                        .permutation(train.length);
            }
            int count = Math.min(batch, train.length - from);
            for (int b = 0; b < count; b++) {
                rows[b] = train[order[from + b]];
                labels[b] = features.trainLabels()[order[from + b]];
            }
            to.learn(rows, labels, count, cosine(step, steps) * batch / BATCH_OF_RATE);
        }
    }

    /** Half a cosine from 1 at step 0 towards 0 at {@code steps}. */
    static double cosine(long step, long steps) {
        return 0.5 * (1 + Math.cos(Math.PI * step / steps));
    }

    /** Counts how many test images have their class ranked first, and among the first five */
    private static int[] right(LinearHead head, float[][] test, int[] labels, Workers workers) {
        int[] right = new int[2];
        for (int from = 0; from < test.length; from += TEST_BATCH) {
            workers.check();
            int count = Math.min(TEST_BATCH, test.length - from);
            float[][] rows = Arrays.copyOfRange(test, from, from + count);
            float[][] logits = head.logits(Vectors.transposed(rows, count), count);
            for (int b = 0; b < count; b++) {
                int rank = rank(logits, b, labels[from + b]);
                right[0] += rank == 0 ? 1 : 0;
                right[1] += rank < 5 ? 1 : 0;
            }
        }
        return right;
    }

    private static int rank(float[][] logits, int b, int label) {
        int before = 0;
        for (int c = 0; c < logits.length; c++) {
            boolean ahead = !(logits[c][b] < logits[label][b]) && (logits[c][b] != logits[label][b] || c < label);
            before += c != label && ahead ? 1 : 0; // a logit that is no number counts as ahead: no luck with NaN
        }
        return before;
    }

    private Map<String, Double> metrics(int[][] right, int best, Features features) {
        int images = features.testLabels().length;
        Map<String, Double> metrics = new LinkedHashMap<>();
        Wilson.put(metrics, "top1", right[best][0], images);
        if (features.classes() > 5) {
            Wilson.put(metrics, "top5", right[best][1], images);
        }
        metrics.put("learning-rate", options.learningRates().get(best));
        for (int h = 0; h < right.length; h++) {
            metrics.put("top1.lr=" + options.learningRates().get(h), (double) right[h][0] / images);
        }
        metrics.put("images", (double) images);
        return metrics;
    }
}
