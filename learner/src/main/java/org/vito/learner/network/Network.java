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
import org.vito.learner.group.ProcessGroup;

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
     * How networks in training are built.
     *
     * @param spec with pooling and projector
     * @param precision of the activations
     * @param statistics of batch normalisation
     * @param views of every clip
     * @param group with which statistics are shared, where they are
     */
    public record Training(
            NetworkSpec spec, Precision precision, BatchStatistics statistics, int views, ProcessGroup group) {
        /**
         * Adds a network to a graph.
         *
         * @param images {@code [views, batch, size, size, 3]}, normalised
         * @param seed {@code [2]}, of which alone it depends which branches a backbone with a drop-path probability skips;
         *     should differ from step to step. Without it all paths are open, as a target network's are
         */
        public Network build(Ops tf, Operand<TFloat32> images, @Nullable Operand<TInt64> seed) {
            return build(tf, precision.type(), images, seed);
        }

        private <T extends TFloating> Network build(
                Ops tf, Class<T> type, Operand<TFloat32> images, @Nullable Operand<TInt64> seed) {
            NetworkSpec.Pooling pooling = Objects.requireNonNull(spec.pooling(), "pooling");
            NetworkSpec.Projector projector = Objects.requireNonNull(spec.projector(), "projector");
            Layers<T> layers = new Layers<>(tf, new Variables(tf), type, statistics, seed, group);
            Operand<T> all = Wide.cast(tf, Pixels.rows(tf, images), type);
            List<Views<T>> groups = Backbone.groups(spec.backbone(), layers, BACKBONE, new Views<>(all, views));
            Readout<T> readout = new Readout<>(spec.backbone(), layers);
            return new Network(
                    layers,
                    readout.project(
                            pooling, projector, readout.pool(pooling, groups).vector()));
        }
    }

    public Variables variables() {
        return variables;
    }

    /** For each view its projections, {@code [batch, projector's output]}, of any length. */
    public List<Operand<TFloat32>> outputs() {
        return outputs;
    }

    /** Nodes that renew the moving statistics of batch normalisation. */
    public List<Op> updates() {
        return updates;
    }
}
