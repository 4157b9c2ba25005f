package org.vito.learner.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.group.ProcessGroup;
import org.vito.learner.optimise.Optimiser.Gradient;

/**
 * A step in one run: everything from the images to the new weights.
 *
 * @param loss a scalar
 * @param gradientNorm a scalar
 * @param step after which everything is updated
 */
record OnePass(Operand<TFloat32> loss, Operand<TFloat32> gradientNorm, Op step, ProcessGroup group)
        implements StepProcedure {

    static OnePass build(
            Ops tf,
            NetworkPair networks,
            Operand<TFloat32> loss,
            List<Gradient> gradients,
            Update update,
            ProcessGroup group) {
        List<Op> updates = new ArrayList<>(networks.updates());
        updates.addAll(update.apply(tf, gradients));
        return new OnePass(
                loss,
                Update.norm(tf, gradients),
                tf.withControlDependencies(updates).noOp(),
                group);
    }

    @Override
    public TrainingModel.Step run(Session session, Batch batch) {
        try (Batch.Part part = batch.part(0);
                Result result = batch.run(batch.feedRates(batch.feedVideoIds(part.feed(group.runner(session))))
                        .fetch(loss)
                        .fetch(gradientNorm)
                        .addTarget(step))) {
            return new TrainingModel.Step(((TFloat32) result.get(0)).getFloat(), ((TFloat32) result.get(1)).getFloat());
        }
    }
}
