package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A network in evaluation mode in a graph: batch normalisation by the moving statistics, no gradients. It has all variables
 * but those of the projector.
 */
public final class FrozenNetwork {
    private final Variables variables;
    private final List<Operand<TFloat32>> groups = new ArrayList<>();
    private final List<Operand<TFloat32>> attention = new ArrayList<>();
    private final Operand<TFloat32> pooled;
    private final Optional<Operand<TFloat32>> attended;
    private final Optional<Operand<TFloat32>> logits;

    /**
     * Adds a network to a graph.
     *
     * @param images {@code [batch, height, width, 3]}, normalised, of any size
     */
    public FrozenNetwork(Ops tf, NetworkSpec spec, Operand<TFloat32> images) {
        this(tf, spec, images, Integer.MAX_VALUE);
    }

    /**
     * Adds a network of finer feature maps to a graph.
     *
     * @param images {@code [batch, height, width, 3]}, normalised, of any size
     * @param mostStride pixels between two positions of any group's output: groups that would have more keep the resolution of
     *     those before; only of residual networks
     */
    public FrozenNetwork(Ops tf, NetworkSpec spec, Operand<TFloat32> images, int mostStride) {
        variables = new Variables(tf);
        Layers<TFloat32> layers = new Layers<>(tf, variables, TFloat32.class, BatchStatistics.MOVING);
        List<Views<TFloat32>> maps =
                Backbone.groups(spec.backbone(), layers, Network.BACKBONE, Views.one(images), mostStride);
        maps.forEach(map -> groups.add(map.all()));
        pooled = Readout.average(tf, groups.get(groups.size() - 1));
        attended =
                Optional.ofNullable(spec.pooling()).map(pooling -> attend(tf, spec.backbone(), layers, pooling, maps));
        logits = spec.classes() == 0
                ? Optional.empty()
                : Optional.of(layers.linear(
                                Backbone.classifier(spec.backbone(), Network.BACKBONE),
                                Views.one(pooled),
                                Variable.Kind.WEIGHT,
                                spec.backbone().featureLength(),
                                spec.classes())
                        .all());
    }

    private Operand<TFloat32> attend(
            Ops tf,
            BackboneSpec backbone,
            Layers<TFloat32> layers,
            NetworkSpec.Pooling pooling,
            List<Views<TFloat32>> maps) {
        Readout.Pooled<TFloat32> all = new Readout<>(backbone, layers).pool(pooling, maps);
        for (int i = 0; i < all.weights().size(); i++) {
            Operand<TFloat32> map = groups.get(pooling.groups().get(i) - 1);
            Operand<TInt32> positions = tf.slice(tf.shape(map), tf.constant(new int[] {0}), tf.constant(new int[] {3}));
            attention.add(tf.reshape(all.weights().get(i), positions));
        }
        return all.vector().all();
    }

    public Variables variables() {
        return variables;
    }

    /** The output of each group, {@code [batch, rows, columns, channels]}. */
    public List<Operand<TFloat32>> groups() {
        return List.copyOf(groups);
    }

    /** The last group's output averaged over positions, {@code [batch, channels]}. */
    public Operand<TFloat32> pooled() {
        return pooled;
    }

    /**
     * For each pooled group the weights that attention gives its positions, {@code [batch, rows, columns]}, sums of 1; none
     * where the network has no attention.
     */
    public List<Operand<TFloat32>> attention() {
        return List.copyOf(attention);
    }

    /** What the projector is given, {@code [batch, channels of all pooled groups]}, where the network was trained here. */
    public Optional<Operand<TFloat32>> attended() {
        return attended;
    }

    /** What the classifier says, {@code [batch, classes]}, before any softmax, where there is one. */
    public Optional<Operand<TFloat32>> logits() {
        return logits;
    }
}
