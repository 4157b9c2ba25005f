package org.vito.learner.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.vito.learner.group.ProcessGroup;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;
import org.vito.learner.optimise.Optimiser.Gradient;

/** Gradients that are summed up over runs, and applied by a run of its own once their sum is known to be finite. */
final class DeferredUpdate {
    private final @Nullable LossScale scale;
    private final Placeholder<TFloat32> factor;
    private final List<Gradient> summed = new ArrayList<>();
    private final ProcessGroup group;
    private final Op share;
    private final Op begin;
    private final Op add;
    private final Operand<TFloat32> norm;
    private final Op apply;

    /**
     * An update.
     *
     * @param gradients takes the factor that a loss is to be multiplied by; the gradients of the product
     * @param scale where the factor comes from; none = 1
     * @param group over whose processes the sums are summed
     */
    DeferredUpdate(Ops tf, Gradients gradients, @Nullable LossScale scale, Update update, ProcessGroup group) {
        this.group = group;
        this.scale = scale;
        factor = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        Variables sums = new Variables(tf.withSubScope("sums"));
        List<Op> first = new ArrayList<>();
        List<Op> further = new ArrayList<>();
        for (Gradient gradient : gradients.of(factor)) {
            Variable parameter = gradient.parameter();
            Variable sum = sums.declareZeros(parameter.name(), parameter);
            Operand<TFloat32> value = scale == null ? gradient.value() : tf.math.div(gradient.value(), factor);
            first.add(tf.assignVariableOp(sum.handle(), value));
            further.add(tf.assignAddVariableOp(sum.handle(), value));
            summed.add(new Gradient(parameter, sum.value()));
        }
        List<Op> shares = new ArrayList<>();
        GradientSum.of(tf, group, summed)
                .forEach(all -> shares.add(
                        tf.assignVariableOp(sums.get(all.parameter().name()).handle(), all.value())));
        share = tf.withControlDependencies(shares).noOp();
        begin = tf.withControlDependencies(first).noOp();
        add = tf.withControlDependencies(further).noOp();
        norm = Update.norm(tf, summed);
        apply = tf.withControlDependencies(update.apply(tf, summed)).noOp();
    }

    /** Makes gradients of a loss times a factor. */
    interface Gradients {
        List<Gradient> of(Operand<TFloat32> factor);
    }

    /** The sums, as they are after the runs that made them. */
    List<Gradient> sums() {
        return summed;
    }

    /** The factor as a tensor. */
    TFloat32 factor() {
        return TFloat32.scalarOf(scale == null ? 1 : scale.factor());
    }

    /** Adds to a run that gradients be added to those before, or begin the sum. */
    Session.Runner accumulate(Session.Runner runner, TFloat32 factor, boolean begins) {
        return runner.feed(this.factor, factor).addTarget(begins ? begin : add);
    }

    /**
     * Applies the sums, unless they are not finite.
     *
     * @return norm of the sums; 0 for those that were too large for the loss scale and left out
     */
    double finish(Session session, Batch batch) {
        if (group.size() > 1) {
            group.runner(session).addTarget(share).run().close();
        }
        double length;
        try (TFloat32 found = (TFloat32) session.runner().fetch(norm).run().get(0)) {
            length = found.getFloat();
        }
        boolean finite = Double.isFinite(length);
        if (finite) {
            batch.run(batch.feedRates(session.runner()).addTarget(apply)).close();
        }
        if (scale != null && (finite || scale.canShrink())) {
            scale.adapt(session, finite);
            return finite ? length : 0;
        }
        return length;
    }
}
