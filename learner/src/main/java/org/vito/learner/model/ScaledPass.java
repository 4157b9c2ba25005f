package org.vito.learner.model;

import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.group.ProcessGroup;

/**
 * A step whose gradients may overflow: one run up to them, another that applies them if they did not.
 *
 * @param loss a scalar
 * @param statistics after which the moving statistics are renewed
 * @param update of gradients of the scaled loss
 */
record ScaledPass(Operand<TFloat32> loss, Op statistics, DeferredUpdate update, ProcessGroup group)
        implements StepProcedure {

    static ScaledPass build(
            Ops tf, NetworkPair networks, Operand<TFloat32> loss, DeferredUpdate update, ProcessGroup group) {
        return new ScaledPass(
                loss, tf.withControlDependencies(networks.updates()).noOp(), update, group);
    }

    @Override
    public TrainingModel.Step run(Session session, Batch batch) {
        try (TFloat32 factor = update.factor();
                Batch.Part part = batch.part(0);
                Result result =
                        batch.run(update.accumulate(batch.feedVideoIds(part.feed(group.runner(session))), factor, true)
                                .fetch(loss)
                                .addTarget(statistics))) {
            return new TrainingModel.Step(((TFloat32) result.get(0)).getFloat(), update.finish(session, batch));
        }
    }
}
