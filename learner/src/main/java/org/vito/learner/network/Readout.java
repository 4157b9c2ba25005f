package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** What becomes of a backbone's feature maps: one pooled vector an image, and its projection. */
final class Readout<T extends TFloating> {
    /** What the names of the projector's variables begin with. */
    static final String PROJECTOR = "projector.";

    /** Added to squared norms that are divided by. */
    private static final float NORM_EPSILON = 1e-12f;

    /**
     * The pooled features of all scales.
     *
     * @param vector {@code [batch, channels of all scales]}
     * @param weights for each scale the weights of its positions, {@code [batch, 1, positions]}; none where it is averaged
     */
    record Pooled<T extends TFloating>(Views<T> vector, List<Views<T>> weights) {}

    private final BackboneSpec backbone;
    private final Layers<T> layers;

    Readout(BackboneSpec backbone, Layers<T> layers) {
        this.backbone = backbone;
        this.layers = layers;
    }

    /** The mean over the positions of {@code [batch, height, width, channels]}. */
    static <S extends TFloating> Operand<S> average(Ops tf, Operand<S> features) {
        return Wide.compute(tf, features, Readout::mean);
    }

    private static <S extends TFloating> Operand<S> mean(Ops tf, Operand<S> features) {
        return tf.math.mean(features, tf.constant(new int[] {1, 2}));
    }

    /** Pools the outputs of those of all groups that {@code pooling} names. */
    Pooled<T> pool(NetworkSpec.Pooling pooling, List<Views<T>> groups) {
        List<Views<T>> vectors = new ArrayList<>();
        List<Views<T>> weights = new ArrayList<>();
        for (int i = 0; i < pooling.groups().size(); i++) {
            int group = pooling.groups().get(i);
            Views<T> features = groups.get(group - 1);
            switch (pooling.kind()) {
                case AVERAGE -> vectors.add(features.map(view -> average(layers.tf(), view)));
                case ATTENTION -> attend("attention." + i, pooling, group, features, vectors, weights);
            }
        }
        return new Pooled<>(concatenate(vectors), weights);
    }

    private void attend(
            String name,
            NetworkSpec.Pooling pooling,
            int group,
            Views<T> features,
            List<Views<T>> vectors,
            List<Views<T>> weights) {
        int channels = backbone.channels(group);
        int hidden = pooling.hidden() == 0 ? channels : pooling.hidden();
        AttentionPool<T> attention = AttentionPool.declare(layers, name, channels, hidden, pooling.activation());
        List<AttentionPool.Pooled<T>> pooled = features.each().stream()
                .map(view -> attention.pool(layers.tf(), view, channels))
                .toList();
        vectors.add(new Views<>(pooled.stream().map(AttentionPool.Pooled::mean).toList()));
        weights.add(
                new Views<>(pooled.stream().map(AttentionPool.Pooled::weights).toList()));
    }

    private Views<T> concatenate(List<Views<T>> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        Ops tf = layers.tf();
        List<Operand<T>> whole = new ArrayList<>();
        for (int view = 0; view < parts.get(0).each().size(); view++) {
            int v = view;
            List<Operand<T>> ofView =
                    parts.stream().<Operand<T>>map(part -> part.each().get(v)).toList();
            whole.add(tf.concat(ofView, tf.constant(1)));
        }
        return new Views<>(whole);
    }

    /**
     * Projections {@code [batch, output]} of unit length: linear, batch normalisation, ReLU, linear without bias, and, in 32
     * bits, division by the length.
     */
    List<Operand<TFloat32>> project(NetworkSpec.Pooling pooling, NetworkSpec.Projector projector, Views<T> pooled) {
        Ops tf = layers.tf();
        long inputs = pooling.groups().stream().mapToLong(backbone::channels).sum();
        long hidden = projector.hidden();
        Views<T> x = layers.linear(PROJECTOR + "0", pooled, Variable.Kind.WEIGHT, inputs, hidden);
        x = x.map(view -> tf.reshape(view, tf.constant(new long[] {-1, 1, 1, hidden})));
        x = layers.relu(layers.batchNorm(PROJECTOR + "1", x, hidden, false));
        x = x.map(view -> tf.reshape(view, tf.constant(new long[] {-1, hidden})));
        x = layers.linearWithoutBias(PROJECTOR + "3", x, Variable.Kind.WEIGHT, hidden, projector.output());
        return x.each().stream()
                .map(view -> unitLength(tf, Wide.cast(tf, view, TFloat32.class)))
                .toList();
    }

    private static Operand<TFloat32> unitLength(Ops tf, Operand<TFloat32> rows) {
        Operand<TFloat32> squares = tf.reduceSum(tf.math.square(rows), tf.constant(1), ReduceSum.keepDims(true));
        return tf.math.mul(rows, tf.math.rsqrt(tf.math.maximum(squares, tf.constant(NORM_EPSILON))));
    }
}
