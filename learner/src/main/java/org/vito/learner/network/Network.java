package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;

/** A network in a graph: its variables, and its outputs for the views it was built on. */
public final class Network {
    /** What the names of a residual network's variables begin with in files of whole networks. */
    public static final String BACKBONE = "backbone.";

    /** Added to squared norms that are divided by. */
    private static final float NORM_EPSILON = 1e-12f;

    private final Variables variables;
    private final List<Operand<TFloat32>> outputs;
    private final List<Op> updates;

    private Network(Layers layers, Views outputs) {
        variables = layers.variables();
        this.outputs = outputs.each();
        updates = layers.updates();
    }

    /**
     * The whole network in training mode; its outputs are projections {@code [batch, projectorOutput]} of unit length.
     *
     * @param images for each view {@code [batch, size, size, 3]}, normalised
     */
    public static Network training(Ops tf, NetworkSpec spec, List<Operand<TFloat32>> images) {
        Layers layers = new Layers(tf, new Variables(tf), Layers.Mode.TRAINING);
        List<Views> groups = new ResNet(spec, layers, BACKBONE).groups(new Views(images));
        return new Network(layers, project(spec, layers, pool(spec, layers, groups)));
    }

    /**
     * The residual network in evaluation mode; its one output is {@code [batch, featureLength]}, the last group's features
     * averaged over positions.
     *
     * @param images {@code [batch, height, width, 3]}, normalised, of any size
     */
    public static Network frozenBackbone(Ops tf, NetworkSpec spec, Operand<TFloat32> images) {
        Layers layers = new Layers(tf, new Variables(tf), Layers.Mode.EVALUATION);
        List<Views> groups = new ResNet(spec, layers, BACKBONE).groups(new Views(List.of(images)));
        return new Network(layers, average(layers, groups.get(groups.size() - 1)));
    }

    public Variables variables() {
        return variables;
    }

    /** One output for each view. */
    public List<Operand<TFloat32>> outputs() {
        return outputs;
    }

    /** Nodes that renew the moving statistics of batch normalisation; none in evaluation mode. */
    public List<Op> updates() {
        return updates;
    }

    private static Views pool(NetworkSpec spec, Layers layers, List<Views> groups) {
        List<Views> pooled = new ArrayList<>();
        for (int i = 0; i < spec.pooledGroups().size(); i++) {
            int group = spec.pooledGroups().get(i);
            Views features = groups.get(group - 1);
            pooled.add(
                    switch (spec.pooling()) {
                        case AVERAGE -> average(layers, features);
                        case ATTENTION -> attend(layers, "attention." + i, features, spec, spec.channels(group));
                    });
        }
        return concatenate(layers.tf(), pooled);
    }

    private static Views average(Layers layers, Views features) {
        return features.map(view -> layers.tf().math.mean(view, layers.tf().constant(new int[] {1, 2})));
    }

    private static Views attend(Layers layers, String name, Views features, NetworkSpec spec, int channels) {
        int hidden = spec.attentionHidden() == 0 ? channels : spec.attentionHidden();
        AttentionPool<TFloat32> attention = AttentionPool.declare(layers.variables(), name, channels, hidden);
        return features.map(view -> attention.pool(layers.tf(), view, channels).mean());
    }

    private static Views concatenate(Ops tf, List<Views> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        List<Operand<TFloat32>> whole = new ArrayList<>();
        for (int view = 0; view < parts.get(0).each().size(); view++) {
            int v = view;
            whole.add(tf.concat(
                    parts.stream()
                            .<Operand<TFloat32>>map(part -> part.each().get(v))
                            .toList(),
                    tf.constant(1)));
        }
        return new Views(whole);
    }

    /** Linear, batch normalisation, ReLU, linear without bias, and division by the length. */
    private static Views project(NetworkSpec spec, Layers layers, Views pooled) {
        Ops tf = layers.tf();
        long inputs = spec.pooledGroups().stream().mapToLong(spec::channels).sum();
        long hidden = spec.projectorHidden();
        Views x = layers.linear("projector.0", pooled, inputs, hidden);
        x = x.map(view -> tf.reshape(view, tf.constant(new long[] {-1, 1, 1, hidden})));
        x = layers.relu(layers.batchNorm("projector.1", x, hidden, false));
        x = x.map(view -> tf.reshape(view, tf.constant(new long[] {-1, hidden})));
        x = layers.linearWithoutBias("projector.3", x, hidden, spec.projectorOutput());
        return x.map(view -> unitLength(tf, view));
    }

    private static Operand<TFloat32> unitLength(Ops tf, Operand<TFloat32> rows) {
        Operand<TFloat32> squares = tf.reduceSum(tf.math.square(rows), tf.constant(1), ReduceSum.keepDims(true));
        return tf.math.mul(rows, tf.math.rsqrt(tf.math.maximum(squares, tf.constant(NORM_EPSILON))));
    }
}
