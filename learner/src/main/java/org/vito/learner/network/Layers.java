package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;

/** The layers of a network as graph nodes; each declares its variables under the names PyTorch would give them. */
final class Layers {
    /** How batch normalisation gets its statistics. */
    enum Mode {
        /** From each view of the batch; moving statistics follow. */
        TRAINING,
        /** From the moving statistics. */
        EVALUATION
    }

    /** Added to variances, as in PyTorch and BYOL. */
    private static final float EPSILON = 1e-5f;

    /** Share of a batch in the moving statistics: PyTorch's momentum. */
    private static final float MOMENTUM = 0.1f;

    private final Ops tf;
    private final Variables variables;
    private final Mode mode;
    private final List<Op> updates = new ArrayList<>();

    Layers(Ops tf, Variables variables, Mode mode) {
        this.tf = tf;
        this.variables = variables;
        this.mode = mode;
    }

    Ops tf() {
        return tf;
    }

    Variables variables() {
        return variables;
    }

    /** Nodes that renew the moving statistics. */
    List<Op> updates() {
        return List.copyOf(updates);
    }

    /** A convolution without bias, with (kernel − 1) / 2 zeros on every side whatever the stride, as in PyTorch. */
    Views convolution(String name, Views x, long inputs, long outputs, long kernel, long stride) {
        Operand<TFloat32> filter = variables
                .declare(name + ".weight", Variable.Kind.WEIGHT, outputs, inputs, kernel, kernel)
                .value();
        // At stride 1 this is SAME. At stride 2 SAME would depend on the image's size.
        boolean same = stride == 1;
        List<Long> strides = List.of(1L, stride, stride, 1L);
        Views padded = same || kernel == 1 ? x : pad(x, (int) (kernel - 1) / 2, 0);
        return padded.map(view -> tf.nn.conv2d(view, filter, strides, same ? "SAME" : "VALID"));
    }

    /** The maximum over 3 × 3 positions at stride 2, with one position of −∞ on every side. */
    Views maxPool(Views x) {
        Views padded = pad(x, 1, Float.NEGATIVE_INFINITY);
        return padded.map(view ->
                tf.nn.maxPool(view, tf.constant(new int[] {1, 3, 3, 1}), tf.constant(new int[] {1, 2, 2, 1}), "VALID"));
    }

    /**
     * Batch normalisation of {@code [batch, height, width, channels]}. In training each view is normalised by its own mean
     * and (biased) variance; the moving statistics follow view after view, the variance unbiased, as PyTorch does.
     */
    Views batchNorm(String name, Views x, long channels, boolean zeroGamma) {
        Operand<TFloat32> gamma = variables
                .declare(name + ".weight", zeroGamma ? Variable.Kind.ZEROS : Variable.Kind.ONES, channels)
                .value();
        Operand<TFloat32> beta =
                variables.declare(name + ".bias", Variable.Kind.ZEROS, channels).value();
        Variable mean = variables.declare(name + ".running_mean", Variable.Kind.MOVING_MEAN, channels);
        Variable variance = variables.declare(name + ".running_var", Variable.Kind.MOVING_VARIANCE, channels);
        if (mode == Mode.EVALUATION) {
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
        Operand<TFloat32> movingMean = mean.value();
        Operand<TFloat32> movingVariance = variance.value();
        List<Operand<TFloat32>> normalised = new ArrayList<>();
        for (Operand<TFloat32> view : x.each()) {
            FusedBatchNorm<TFloat32, TFloat32> node = tf.nn.fusedBatchNorm(
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
        return new Views(normalised);
    }

    Views relu(Views x) {
        return x.map(view -> tf.nn.relu(view));
    }

    Views add(Views x, Views y) {
        List<Operand<TFloat32>> sums = new ArrayList<>();
        for (int i = 0; i < x.each().size(); i++) {
            sums.add(tf.math.add(x.each().get(i), y.each().get(i)));
        }
        return new Views(sums);
    }

    /** A linear map of {@code [rows, inputs]} with bias. */
    Views linear(String name, Views x, long inputs, long outputs) {
        Views product = linearWithoutBias(name, x, inputs, outputs);
        Operand<TFloat32> bias =
                variables.declare(name + ".bias", Variable.Kind.ZEROS, outputs).value();
        return product.map(view -> tf.nn.biasAdd(view, bias));
    }

    /** A linear map of {@code [rows, inputs]}. */
    Views linearWithoutBias(String name, Views x, long inputs, long outputs) {
        Operand<TFloat32> weight = variables
                .declare(name + ".weight", Variable.Kind.WEIGHT, outputs, inputs)
                .value();
        return x.map(view -> tf.linalg.matMul(view, weight, MatMul.transposeB(true)));
    }

    private Views pad(Views x, int by, float value) {
        Operand<TFloat32> filling = tf.constant(value);
        return x.map(view -> tf.pad(view, tf.constant(new int[][] {{0, 0}, {by, by}, {by, by}, {0, 0}}), filling));
    }
}
