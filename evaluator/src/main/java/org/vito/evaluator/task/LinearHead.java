package org.vito.evaluator.task;

import java.util.Arrays;

/**
 * A linear classifier with its momentum, trained by SGD with Nesterov momentum on softmax cross-entropy; weights {@code
 * [classes][dimension]} and a bias begin at 0.
 *
 * <p>The update is that of Sutskever, Martens, Dahl and Hinton (ICML 2013) as deep-learning libraries write it: v ← μv + g,
 * w ← w − η(g + μv). No weight decay.
 */
final class LinearHead {
    private final int classes;
    private final int dimension;
    private final float[][] weights;
    private final float[] bias;
    private final float[][] velocity;
    private final float[] biasVelocity;
    private final float[][] gradient;
    private final float[] biasGradient;

    LinearHead(int classes, int dimension) {
        this.classes = classes;
        this.dimension = dimension;
        weights = new float[classes][dimension];
        velocity = new float[classes][dimension];
        gradient = new float[classes][dimension];
        bias = new float[classes];
        biasVelocity = new float[classes];
        biasGradient = new float[classes];
    }

    /**
     * Computes loss and gradient on a batch.
     *
     * @param rows features, of which the first {@code count} are used
     * @param columns the same transposed, {@code [dimension * count]}, image running fastest
     * @return mean cross-entropy in nats
     */
    double gradient(float[][] rows, float[] columns, int[] labels, int count) {
        float[][] logits = logits(columns, count);
        double loss = 0;
        for (int b = 0; b < count; b++) {
            loss += softmaxMinusTruth(logits, b, labels[b]);
        }
        for (int c = 0; c < classes; c++) {
            Arrays.fill(gradient[c], 0);
            float sum = 0;
            for (int b = 0; b < count; b++) {
                float delta = logits[c][b] / count;
                Vectors.addScaled(gradient[c], delta, rows[b], 0, dimension);
                sum += delta;
            }
            biasGradient[c] = sum;
        }
        return loss / count;
    }

    /** Moves the weights by the last gradient. */
    void step(double learningRate, double momentum) {
        for (int c = 0; c < classes; c++) {
            move(weights[c], velocity[c], gradient[c], (float) learningRate, (float) momentum);
        }
        move(bias, biasVelocity, biasGradient, (float) learningRate, (float) momentum);
    }

    private static void move(float[] w, float[] v, float[] g, float rate, float momentum) {
        for (int i = 0; i < w.length; i++) {
            v[i] = momentum * v[i] + g[i];
            w[i] -= rate * (g[i] + momentum * v[i]);
        }
    }

    /** Logits {@code [classes][count]} of the features in {@code columns}, {@code [dimension * count]}. */
    float[][] logits(float[] columns, int count) {
        return Vectors.affine(weights, bias, columns, count);
    }

    /** Turns column {@code b} into softmax minus the one-hot label. @return its cross-entropy */
    private double softmaxMinusTruth(float[][] logits, int b, int label) {
        float most = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            most = Math.max(most, logits[c][b]);
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp(logits[c][b] - most);
        }
        double loss = Math.log(sum) + most - logits[label][b];
        for (int c = 0; c < classes; c++) {
            logits[c][b] = (float) (Math.exp(logits[c][b] - most) / sum) - (c == label ? 1 : 0);
        }
        return loss;
    }

    float[][] weights() {
        return weights;
    }

    float[] bias() {
        return bias;
    }

    float[][] lastGradient() {
        return gradient;
    }

    float[] lastBiasGradient() {
        return biasGradient;
    }
}
