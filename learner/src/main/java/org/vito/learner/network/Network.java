package org.vito.learner.network;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/** A network in training in a graph: its variables, and the projections of the views it was built on. */
public final class Network {
    /** What the names of a backbone's variables begin with in files of whole networks. */
    public static final String BACKBONE = "backbone.";

    private final Variables variables;
    private final List<Operand<TFloat32>> outputs;
    private final List<Op> updates;

    private Network(Layers<?> layers, List<Operand<TFloat32>> outputs) {
        variables = layers.variables();
        this.outputs = outputs;
        updates = layers.updates();
    }

    /**
     * A network in training mode all of whose paths are open, as a target network's are.
     *
     * @param spec with pooling and projector
     * @param images for each view {@code [batch, size, size, 3]}, normalised
     */
    public static Network training(Ops tf, NetworkSpec spec, Precision precision, List<Operand<TFloat32>> images) {
        return build(tf, spec, precision.type(), images, null);
    }

    /**
     * A network in training mode that skips branches at random, where its backbone has a drop-path probability.
     *
     * @param spec with pooling and projector
     * @param images for each view {@code [batch, size, size, 3]}, normalised
     * @param seed {@code [2]}, of which alone it depends what is skipped; should differ from step to step
     */
    public static Network training(
            Ops tf, NetworkSpec spec, Precision precision, List<Operand<TFloat32>> images, Operand<TInt64> seed) {
        return build(tf, spec, precision.type(), images, seed);
    }

    private static <T extends TFloating> Network build(
            Ops tf, NetworkSpec spec, Class<T> type, List<Operand<TFloat32>> images, @Nullable Operand<TInt64> seed) {
        NetworkSpec.Pooling pooling = Objects.requireNonNull(spec.pooling(), "pooling");
        NetworkSpec.Projector projector = Objects.requireNonNull(spec.projector(), "projector");
        Layers<T> layers = new Layers<>(tf, new Variables(tf), type, Layers.Mode.TRAINING, seed);
        Views<T> views = new Views<>(
                images.stream().map(view -> Wide.cast(tf, view, type)).toList());
        List<Views<T>> groups = Backbone.groups(spec.backbone(), layers, BACKBONE, views);
        Readout<T> readout = new Readout<>(spec.backbone(), layers);
        return new Network(
                layers,
                readout.project(
                        pooling, projector, readout.pool(pooling, groups).vector()));
    }

    public Variables variables() {
        return variables;
    }

    /** For each view its projections, {@code [batch, projector's output]}, of unit length. */
    public List<Operand<TFloat32>> outputs() {
        return outputs;
    }

    /** Nodes that renew the moving statistics of batch normalisation. */
    public List<Op> updates() {
        return updates;
    }
}
