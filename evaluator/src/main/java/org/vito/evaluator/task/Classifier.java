package org.vito.evaluator.task;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A linear classifier on a network's average-pooled features: logits = weights · feature + bias, of classes with names. Safe
 * for any thread.
 */
public final class Classifier {
    private static final int BATCH = 256;

    private final List<String> classes;
    private final float[][] weights;
    private final float[] bias;
    private final Map<String, Double> metrics;

    /**
     * @param classes names, in the order of the logits; of ImageNet's classes their WordNet identifiers ({@code n01440764})
     * @param weights {@code [classes][features]}; not copied, not to be changed
     * @param bias {@code [classes]}; likewise
     * @param metrics what was measured of it on the test images of the set it was trained on; empty if nothing
     */
    public Classifier(List<String> classes, float[][] weights, float[] bias, Map<String, Double> metrics) {
        if (classes.isEmpty() || weights.length != classes.size() || bias.length != classes.size()) {
            throw new IllegalArgumentException("%d names for %d rows of weights and %d biases"
                    .formatted(classes.size(), weights.length, bias.length));
        }
        this.classes = List.copyOf(classes);
        this.weights = weights;
        this.bias = bias;
        this.metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /** Names of the classes, in the order of the logits. */
    public List<String> classes() {
        return classes;
    }

    /** {@code [classes][features]}: the array itself, no copy. */
    public float[][] weights() {
        return weights;
    }

    /** {@code [classes]}: the array itself, no copy. */
    public float[] bias() {
        return bias;
    }

    /** What was measured of it on the test images of the set it was trained on, {@code top1} first; empty if nothing. */
    public Map<String, Double> metrics() {
        return metrics;
    }

    /**
     * What it says of images, before any softmax.
     *
     * @param features {@code [images][features]} of the network that it is of
     * @return {@code [images][classes]}
     */
    public float[][] logits(float[][] features) {
        float[][] all = new float[features.length][classes.size()];
        for (int from = 0; from < features.length; from += BATCH) {
            int count = Math.min(BATCH, features.length - from);
            float[][] rows = java.util.Arrays.copyOfRange(features, from, from + count);
            float[][] logits = Vectors.affine(weights, bias, Vectors.transposed(rows, count), count);
            for (int c = 0; c < logits.length; c++) {
                for (int b = 0; b < count; b++) {
                    all[from + b][c] = logits[c][b];
                }
            }
        }
        return all;
    }
}
