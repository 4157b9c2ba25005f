package org.vito.evaluator.task;

/**
 * Centres each dimension by its training mean and divides by its training standard deviation, then by √dimension, so that
 * the mean squared length of a feature is 1 whatever the network and its length. A dimension that never varies becomes 0.
 */
final class Standardiser {
    private static final double LEAST_DEVIATION = 1e-6; // relative to the largest of all dimensions

    private final float[] mean;
    private final float[] scale;

    Standardiser(float[][] train) {
        int dimension = train[0].length;
        double[] sum = new double[dimension];
        for (float[] x : train) {
            for (int d = 0; d < dimension; d++) {
                sum[d] += x[d];
            }
        }
        double[] square = new double[dimension];
        for (float[] x : train) {
            for (int d = 0; d < dimension; d++) {
                double off = x[d] - sum[d] / train.length;
                square[d] += off * off;
            }
        }
        mean = new float[dimension];
        scale = new float[dimension];
        double largest = 0;
        for (double s : square) {
            largest = Math.max(largest, Math.sqrt(s / train.length));
        }
        for (int d = 0; d < dimension; d++) {
            double deviation = Math.sqrt(square[d] / train.length);
            mean[d] = (float) (sum[d] / train.length);
            scale[d] = deviation > LEAST_DEVIATION * largest ? (float) (1 / (deviation * Math.sqrt(dimension))) : 0;
        }
    }

    /** Changes a classifier of standardised features into the same one of features as they are. */
    void fold(float[][] weights, float[] bias) {
        for (int c = 0; c < weights.length; c++) {
            double offset = bias[c];
            for (int d = 0; d < mean.length; d++) {
                weights[c][d] *= scale[d];
                offset -= (double) weights[c][d] * mean[d];
            }
            bias[c] = (float) offset;
        }
    }

    float[][] apply(float[][] features) {
        float[][] out = new float[features.length][mean.length];
        for (int i = 0; i < features.length; i++) {
            for (int d = 0; d < mean.length; d++) {
                out[i][d] = (features[i][d] - mean[d]) * scale[d];
            }
        }
        return out;
    }
}
