package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** What becomes of a backbone's feature maps: one pooled vector an image, and its projection. */
final class Readout<T extends TFloating> {
    /** What the names of the projector's variables begin with. */
    static final String PROJECTOR = "projector.";

    /**
     * The pooled features of all scales.
     *
     * @param vector {@code [batch, channels of all scales]}
     * @param weights for each scale the weights of its positions, {@code [views × batch, 1, positions]}; none where it is averaged
     */
    record Pooled<T extends TFloating>(Views<T> vector, List<Operand<T>> weights) {}

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
        List<Operand<T>> vectors = new ArrayList<>();
        List<Operand<T>> weights = new ArrayList<>();
        int views = groups.get(0).count();
        for (int i = 0; i < pooling.groups().size(); i++) {
            int group = pooling.groups().get(i);
            Operand<T> features = groups.get(group - 1).all();
            switch (pooling.kind()) {
                case AVERAGE -> vectors.add(average(layers.tf(), features));
                case ATTENTION -> {
                    AttentionPool.Pooled<T> pooled = attend("attention." + i, pooling, group, features);
                    vectors.add(pooled.mean());
                    weights.add(pooled.weights());
                }
            }
        }
        return new Pooled<>(new Views<>(concatenate(vectors), views), weights);
    }

    private AttentionPool.Pooled<T> attend(String name, NetworkSpec.Pooling pooling, int group, Operand<T> features) {
        int channels = backbone.channels(group);
        int hidden = pooling.hidden() == 0 ? channels : pooling.hidden();
        return AttentionPool.declare(layers, name, channels, hidden, pooling.activation())
                .pool(layers.tf(), features, channels);
    }

    private Operand<T> concatenate(List<Operand<T>> parts) {
        return parts.size() == 1
                ? parts.get(0)
                : layers.tf().concat(parts, layers.tf().constant(1));
    }

    /**
     * Projections {@code [batch, output]}, given out in 32 bits: linear, batch normalisation, ReLU, linear without bias.
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
        return new Views<>(Wide.cast(tf, x.all(), TFloat32.class), x.count()).each(tf);
    }
}
