package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;
import org.vito.learner.group.ProcessGroup;

/**
 * The layers of a network as graph nodes; each declares its variables under the names PyTorch would give them.
 *
 * @param <T> type of the activations; variables and the statistics of normalisations are 32-bit numbers in any case
 */
final class Layers<T extends TFloating> {
    /** Added to variances, as in PyTorch and BYOL. */
    private static final float EPSILON = 1e-5f;

    /** Share of a batch in the moving statistics: PyTorch's momentum. */
    private static final float MOMENTUM = 0.1f;

    private final Ops tf;
    private final Variables variables;
    private final Class<T> type;
    private final BatchStatistics statistics;
    private final @Nullable Operand<TInt64> seed;
    private final ProcessGroup group;
    private final List<Op> updates = new ArrayList<>();
    private long draws;

    /** Layers all of whose paths are open. */
    Layers(Ops tf, Variables variables, Class<T> type, BatchStatistics statistics) {
        this(tf, variables, type, statistics, null, ProcessGroup.alone());
    }

    /**
     * Layers.
     *
     * @param seed {@code [2]}, of which alone it depends what drop path skips; without it nothing is skipped
     * @param group with which statistics are shared
     */
    Layers(
            Ops tf,
            Variables variables,
            Class<T> type,
            BatchStatistics statistics,
            @Nullable Operand<TInt64> seed,
            ProcessGroup group) {
        this.tf = tf;
        this.variables = variables;
        this.type = type;
        this.statistics = statistics;
        this.seed = seed;
        this.group = group;
    }

    Ops tf() {
        return tf;
    }

    Variables variables() {
        return variables;
    }

    /** Declares a parameter; its value in the type of the activations. */
    Operand<T> parameter(String name, Variable.Kind kind, Long... fileShape) {
        return Wide.cast(tf, variables.declare(name, kind, fileShape).value(), type);
    }

    /** Nodes that renew the moving statistics. */
    List<Op> updates() {
        return List.copyOf(updates);
    }

    /** A convolution without bias, with (kernel − 1) / 2 zeros on every side whatever the stride, as in PyTorch. */
    Views<T> convolution(String name, Views<T> x, long inputs, long outputs, long kernel, long stride) {
        Operand<T> filter = parameter(name + ".weight", Variable.Kind.WEIGHT, outputs, inputs, kernel, kernel);
        // At stride 1 this is SAME. At stride 2 SAME would depend on the image's size.
        boolean same = stride == 1;
        List<Long> strides = List.of(1L, stride, stride, 1L);
        Views<T> padded = same || kernel == 1 ? x : pad(x, (int) (kernel - 1) / 2, 0);
        return padded.map(view -> tf.nn.conv2d(view, filter, strides, same ? "SAME" : "VALID"));
    }

    /** The maximum over 3 × 3 positions at stride 2, with one position of −∞ on every side. */
    Views<T> maxPool(Views<T> x) {
        Views<T> padded = pad(x, 1, Float.NEGATIVE_INFINITY);
        return padded.map(view ->
                tf.nn.maxPool(view, tf.constant(new int[] {1, 3, 3, 1}), tf.constant(new int[] {1, 2, 2, 1}), "VALID"));
    }

    /**
     * Batch normalisation of {@code [batch, height, width, channels]}. In training each view is normalised by its own mean
     * and (biased) variance; the moving statistics follow view after view, the variance unbiased, as PyTorch does.
     */
    Views<T> batchNorm(String name, Views<T> x, long channels, boolean zeroGamma) {
        Operand<TFloat32> gamma = variables
                .declare(name + ".weight", zeroGamma ? Variable.Kind.ZEROS : Variable.Kind.ONES, channels)
                .value();
        Operand<TFloat32> beta =
                variables.declare(name + ".bias", Variable.Kind.ZEROS, channels).value();
        Variable mean = variables.declare(name + ".running_mean", Variable.Kind.MOVING_MEAN, channels);
        Variable variance = variables.declare(name + ".running_var", Variable.Kind.MOVING_VARIANCE, channels);
        if (statistics == BatchStatistics.MOVING) {
            return x.map(view -> tf.nn.fusedBatchNorm(
                            view,
                            gamma,
                            beta,
                            mean.value(),
                            variance.value(),
                            FusedBatchNorm.epsilon(EPSILON),
                            FusedBatchNorm.isTraining(false))
                    .y());
        }
        if (statistics == BatchStatistics.SHARED && group.size() > 1) {
            SharedBatchNorm.Normalised<T> shared =
                    new SharedBatchNorm(tf, group, EPSILON, MOMENTUM).normalise(x, gamma, beta, mean, variance);
            updates.addAll(shared.updates());
            return shared.views();
        }
        Operand<TFloat32> movingMean = mean.value();
        Operand<TFloat32> movingVariance = variance.value();
        List<Operand<T>> normalised = new ArrayList<>();
        for (Operand<T> view : x.each(tf)) {
            FusedBatchNorm<T, TFloat32> node = tf.nn.fusedBatchNorm(
                    view,
                    gamma,
                    beta,
                    movingMean,
                    movingVariance,
                    FusedBatchNorm.epsilon(EPSILON),
                    FusedBatchNorm.isTraining(true),
                    FusedBatchNorm.exponentialAvgFactor(MOMENTUM));
            movingMean = node.batchMean();
            movingVariance = node.batchVariance();
            normalised.add(node.y());
        }
        updates.add(tf.assignVariableOp(mean.handle(), movingMean));
        updates.add(tf.assignVariableOp(variance.handle(), movingVariance));
        return Views.of(tf, normalised);
    }

    Views<T> relu(Views<T> x) {
        return x.map(view -> tf.nn.relu(view));
    }

    Views<T> add(Views<T> x, Views<T> y) {
        return x.map(all -> tf.math.add(all, y.all()));
    }

    /** A linear map of {@code [rows, inputs]} with bias. */
    Views<T> linear(String name, Views<T> x, Variable.Kind kind, long inputs, long outputs) {
        Views<T> product = linearWithoutBias(name, x, kind, inputs, outputs);
        Operand<T> bias = parameter(name + ".bias", Variable.Kind.ZEROS, outputs);
        return product.map(view -> tf.nn.biasAdd(view, bias));
    }

    /** A linear map of {@code [rows, inputs]}. */
    Views<T> linearWithoutBias(String name, Views<T> x, Variable.Kind kind, long inputs, long outputs) {
        Operand<T> weight = parameter(name + ".weight", kind, outputs, inputs);
        return x.map(view -> tf.linalg.matMul(view, weight, MatMul.transposeB(true)));
    }

    /** A linear map, with bias, of squares of {@code size}² positions that cover the image, whose sides they must divide. */
    Views<T> patches(String name, Views<T> x, long inputs, long outputs, long size) {
        Operand<T> filter = parameter(name + ".weight", Variable.Kind.WEIGHT, outputs, inputs, size, size);
        Operand<T> bias = parameter(name + ".bias", Variable.Kind.ZEROS, outputs);
        List<Long> strides = List.of(1L, size, size, 1L);
        return x.map(view -> tf.nn.biasAdd(tf.nn.conv2d(view, filter, strides, "VALID"), bias));
    }

    /** Normalisation of every position of {@code [..., channels]} by the mean and (biased) variance of its channels. */
    Views<T> layerNorm(String name, Views<T> x, long channels) {
        Operand<T> gamma = parameter(name + ".weight", Variable.Kind.ONES, channels);
        Operand<T> beta = parameter(name + ".bias", Variable.Kind.ZEROS, channels);
        return x.map(view -> tf.math.add(tf.math.mul(Wide.compute(tf, view, Layers::standardised), gamma), beta));
    }

    private static <S extends TFloating> Operand<S> standardised(Ops tf, Operand<S> x) {
        Operand<TInt32> channels = tf.constant(-1);
        Operand<S> centred = tf.math.sub(x, tf.math.mean(x, channels, Mean.keepDims(true)));
        Operand<S> variance = tf.math.mean(tf.math.square(centred), channels, Mean.keepDims(true));
        Operand<S> epsilon = Wide.cast(tf, tf.constant(EPSILON), x.type());
        return tf.math.mul(centred, tf.math.rsqrt(tf.math.add(variance, epsilon)));
    }

    /**
     * Stochastic depth (Huang et al. 2016): a branch, {@code [batch, height, width, channels]}, that is 0 for each image with
     * probability {@code rate}, and otherwise larger by as much as keeps the mean.
     */
    Views<T> dropPath(Views<T> branch, double rate) {
        if (seed == null || rate == 0) {
            return branch;
        }
        Operand<TInt64> base = seed;
        return branch.map(view -> {
            Operand<TInt64> own = tf.math.add(base, tf.constant(new long[] {draws++, 0}));
            Operand<TInt32> batch = tf.slice(tf.shape(view), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
            Operand<TInt32> perImage = tf.concat(List.of(batch, tf.constant(new int[] {1, 1, 1})), tf.constant(0));
            Operand<TFloat32> drawn = tf.random.statelessRandomUniform(perImage, own, TFloat32.class);
            Operand<TFloat32> kept = tf.math.floor(tf.math.add(drawn, tf.constant((float) (1 - rate))));
            Operand<TFloat32> scaled = tf.math.mul(kept, tf.constant((float) (1 / (1 - rate))));
            return tf.math.mul(view, Wide.cast(tf, scaled, type));
        });
    }

    private Views<T> pad(Views<T> x, int by, float value) {
        Operand<T> filling = Wide.cast(tf, tf.constant(value), type);
        return x.map(view -> tf.pad(view, tf.constant(new int[][] {{0, 0}, {by, by}, {by, by}, {0, 0}}), filling));
    }
}
