package org.vito.learner.optimise;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;
import org.vito.protocol.Settings;

/** A rule by which parameters follow their gradients. */
public sealed interface Optimiser permits Lars, Sgd, AdamW {
    /** A parameter and the gradient of the loss with respect to it. */
    record Gradient(Variable parameter, Operand<TFloat32> value) {}

    /** The rules by name. */
    enum Kind {
        /** {@link org.vito.learner.optimise.Lars}. */
        LARS,
        /** {@link org.vito.learner.optimise.Sgd}. */
        SGD,
        /** {@link org.vito.learner.optimise.AdamW}. */
        ADAMW
    }

    /** Reads and checks {@code vito.learner.optimiser}. */
    static Optimiser from(Settings learner) {
        Settings optimiser = learner.in("optimiser");
        double weightDecay = optimiser.number("weight-decay", 0, 1);
        Exclusions excluded = Exclusions.from(optimiser);
        return switch (optimiser.choice("kind", Kind.class)) {
            case LARS ->
                new Lars(weightDecay, excluded, optimiser.number("trust", 0, 1), optimiser.number("momentum", 0, 1));
            case SGD -> new Sgd(weightDecay, excluded, optimiser.number("momentum", 0, 1), optimiser.flag("nesterov"));
            case ADAMW ->
                new AdamW(
                        weightDecay,
                        excluded,
                        optimiser.number("beta1", 0, 0.999999),
                        optimiser.number("beta2", 0, 0.999999),
                        optimiser.number("epsilon", 1e-30, 1));
        };
    }

    /**
     * Adds one step to a graph.
     *
     * @param learningRate a scalar
     * @param state where the rule declares what it remembers from step to step
     * @return for each of {@code gradients} the node after which its parameter has its new value
     */
    List<Op> step(Ops tf, List<Gradient> gradients, Operand<TFloat32> learningRate, Variables state);
}
