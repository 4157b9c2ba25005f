package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.vito.learner.group.ProcessGroup;

/**
 * Batch normalisation by statistics of what all processes of a group see together, forward and backward.
 *
 * <p>Each process finds mean and variance of its own part of every view, and one message carries those of all views. With
 * equally large parts the mean of all is the mean of the means, and the variance that of the variances plus the variance of
 * the means (Chan, Golub and LeVeque 1979), which, unlike the difference of mean square and squared mean, does not cancel.
 */
final class SharedBatchNorm {
    /** Views that were normalised, and the nodes that renew the moving statistics. */
    record Normalised<T extends TFloating>(Views<T> views, List<Op> updates) {}

    private static final int[] BUT_CHANNELS = {0, 1, 2};

    /**
     * Statistics of one view over all processes.
     *
     * @param mean {@code [channels]}
     * @param variance {@code [channels]}, biased
     * @param unbiased {@code [channels]}, the variance by one less than the number of values
     */
    private record Statistics(Operand<TFloat32> mean, Operand<TFloat32> variance, Operand<TFloat32> unbiased) {}

    private final Ops tf;
    private final ProcessGroup group;
    private final float epsilon;
    private final float momentum;

    /**
     * Normalisation in a graph.
     *
     * @param epsilon added to variances
     * @param momentum share of a batch in the moving statistics
     */
    SharedBatchNorm(Ops tf, ProcessGroup group, float epsilon, float momentum) {
        this.tf = tf;
        this.group = group;
        this.epsilon = epsilon;
        this.momentum = momentum;
    }

    /** Normalises each view, {@code [batch, height, width, channels]}; moving statistics follow view after view. */
    <T extends TFloating> Normalised<T> normalise(
            Views<T> x, Operand<TFloat32> gamma, Operand<TFloat32> beta, Variable mean, Variable variance) {
        List<Operand<T>> views = x.each(tf);
        List<Statistics> statistics = statistics(views.stream()
                .<Operand<TFloat32>>map(view -> Wide.cast(tf, view, TFloat32.class))
                .toList());
        Operand<TFloat32> movingMean = mean.value();
        Operand<TFloat32> movingVariance = variance.value();
        List<Operand<T>> normalised = new ArrayList<>();
        for (int i = 0; i < views.size(); i++) {
            movingMean = moved(movingMean, statistics.get(i).mean());
            movingVariance = moved(movingVariance, statistics.get(i).unbiased());
            normalised.add(normalise(views.get(i), statistics.get(i), gamma, beta));
        }
        return new Normalised<>(
                Views.of(tf, normalised),
                List.of(
                        tf.assignVariableOp(mean.handle(), movingMean),
                        tf.assignVariableOp(variance.handle(), movingVariance)));
    }

    private Operand<TFloat32> moved(Operand<TFloat32> moving, Operand<TFloat32> batch) {
        return tf.math.add(tf.math.mul(moving, tf.constant(1 - momentum)), tf.math.mul(batch, tf.constant(momentum)));
    }

    /** Statistics of each of {@code views}, {@code [batch, height, width, channels]}. */
    private List<Statistics> statistics(List<Operand<TFloat32>> views) {
        Operand<TInt32> axes = tf.constant(BUT_CHANNELS);
        List<Operand<TFloat32>> means = new ArrayList<>();
        List<Operand<TFloat32>> variances = new ArrayList<>();
        for (Operand<TFloat32> view : views) {
            Operand<TFloat32> mean = tf.math.mean(view, axes);
            means.add(mean);
            variances.add(tf.math.mean(tf.math.square(tf.math.sub(view, mean)), axes));
        }
        Operand<TFloat32> own = tf.stack(List.of(tf.stack(means), tf.stack(variances)));
        List<Operand<TFloat32>> all = parts(group.gather(tf, own), group.size());
        List<List<Operand<TFloat32>>> perProcess = new ArrayList<>();
        for (Operand<TFloat32> part : all) {
            perProcess.add(parts(part, 2)); // means and variances, each [views, channels]
        }
        Operand<TFloat32> mean = average(perProcess.stream().map(p -> p.get(0)).toList());
        Operand<TFloat32> variance = average(perProcess.stream()
                .<Operand<TFloat32>>map(p -> tf.math.add(p.get(1), tf.math.square(tf.math.sub(p.get(0), mean))))
                .toList());
        List<Operand<TFloat32>> eachMean = parts(mean, views.size());
        List<Operand<TFloat32>> eachVariance = parts(variance, views.size());
        List<Statistics> statistics = new ArrayList<>();
        for (int i = 0; i < views.size(); i++) {
            statistics.add(
                    new Statistics(eachMean.get(i), eachVariance.get(i), unbiased(views.get(i), eachVariance.get(i))));
        }
        return statistics;
    }

    /** A view less its mean, by its deviation, times {@code gamma}, plus {@code beta}. */
    private <T extends TFloating> Operand<T> normalise(
            Operand<T> view, Statistics by, Operand<TFloat32> gamma, Operand<TFloat32> beta) {
        Operand<TFloat32> scale = tf.math.mul(gamma, tf.math.rsqrt(tf.math.add(by.variance(), tf.constant(epsilon))));
        Operand<TFloat32> centred = tf.math.sub(Wide.cast(tf, view, TFloat32.class), by.mean());
        return Wide.cast(tf, tf.math.add(tf.math.mul(centred, scale), beta), view.type());
    }

    /** {@code n/(n − 1)} of the variance, n being the number of values of a channel in all processes. */
    private Operand<TFloat32> unbiased(Operand<TFloat32> view, Operand<TFloat32> variance) {
        Operand<TInt32> shape = tf.shape(view);
        Operand<TInt32> values = tf.prod(tf.gather(shape, tf.constant(BUT_CHANNELS), tf.constant(0)), tf.constant(0));
        Operand<TFloat32> n = tf.math.mul(tf.dtypes.cast(values, TFloat32.class), tf.constant((float) group.size()));
        Operand<TFloat32> oneLess = tf.math.maximum(tf.math.sub(n, tf.constant(1f)), tf.constant(1f));
        return tf.math.mul(variance, tf.math.div(n, oneLess));
    }

    private Operand<TFloat32> average(List<Operand<TFloat32>> values) {
        return tf.math.div(tf.math.addN(values), tf.constant((float) values.size()));
    }

    private List<Operand<TFloat32>> parts(Operand<TFloat32> whole, int count) {
        List<Operand<TFloat32>> parts = new ArrayList<>();
        tf.unstack(whole, (long) count).forEach(parts::add);
        return parts;
    }
}
