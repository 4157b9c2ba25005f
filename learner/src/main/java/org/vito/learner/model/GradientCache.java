package org.vito.learner.model;

import java.util.List;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.vito.learner.group.ProcessGroup;

/**
 * A step of a batch that is too large for one pass: its contrastive loss is over all of it, but only a micro-batch at a time
 * goes through the networks.
 *
 * <p>The loss depends on the networks through the projections alone, and a projection on its own image alone (and on the
 * micro-batch it is normalised with). So first all micro-batches are projected and nothing is kept but the projections; then
 * the loss and its gradient with respect to every projection are computed; then each micro-batch passes through the online
 * network once more, and its projections' gradients, kept from before, are propagated back to the weights and summed up. The
 * sum is the gradient of the whole batch: nothing is approximated, the price is one more forward pass of the online network.
 * Gao, Zhang, Han, Callan, "Scaling deep contrastive learning batch size under memory limited setup", 2021 (GradCache).
 *
 * <p>Statistics of batch normalisation are a micro-batch's own, as they are an accelerator's own where a batch is spread over
 * many. Moving statistics follow in the first pass.
 */
final class GradientCache implements StepProcedure {
    private final ProcessGroup group;
    private final int views;
    private final int clips;
    private final int microBatch;
    private final int length;
    private final Operand<TFloat32> online;
    private final Operand<TFloat32> target;
    private final Op statistics;
    private final Placeholder<TFloat32> own;
    private final Operand<TFloat32> everyones;
    private final Placeholder<TFloat32> allOnline;
    private final Placeholder<TFloat32> allTarget;
    private final Operand<TFloat32> loss;
    private final Operand<TFloat32> projectionGradients;
    private final Placeholder<TFloat32> partGradients;
    private final DeferredUpdate update;

    /**
     * Adds the nodes to a graph.
     *
     * @param update makes the update of the gradients it is given
     */
    GradientCache(
            Graph graph,
            Ops tf,
            ModelSettings settings,
            Inputs inputs,
            NetworkPair networks,
            ProcessGroup group,
            Function<DeferredUpdate.Gradients, DeferredUpdate> update) {
        this.group = group;
        views = settings.views();
        clips = settings.clips();
        microBatch = settings.microBatch();
        length = settings.projectionLength();
        online = tf.stack(networks.online().outputs());
        target = tf.stack(networks.target().outputs());
        statistics = tf.withControlDependencies(networks.updates()).noOp();
        own = projections(tf, clips);
        everyones = group.gather(tf, own);
        allOnline = projections(tf, clips * group.size());
        allTarget = projections(tf, clips * group.size());
        loss = settings.objective()
                .loss(tf, TFloat32.class, each(tf, allOnline), each(tf, allTarget), inputs.videoIds());
        projectionGradients = Differentiation.of(graph, loss, allOnline);
        partGradients = projections(tf, microBatch);
        this.update = update.apply(factor -> {
            Operand<TFloat32> weighted = tf.math.mul(online, tf.math.mul(partGradients, factor));
            Operand<TFloat32> sum = tf.reduceSum(weighted, tf.constant(new int[] {0, 1, 2}));
            return Differentiation.of(graph, sum, networks.online().variables());
        });
    }

    private Placeholder<TFloat32> projections(Ops tf, int clips) {
        return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(views, clips, length)));
    }

    private List<Operand<TFloat32>> each(Ops tf, Operand<TFloat32> projections) {
        return List.copyOf(tf.unstack(projections, (long) views).output());
    }

    Operand<TFloat32> loss() {
        return loss;
    }

    DeferredUpdate update() {
        return update;
    }

    @Override
    public TrainingModel.Step run(Session session, Batch batch) {
        float[] ofOnline = new float[views * clips * length];
        float[] ofTarget = new float[ofOnline.length];
        for (int number = 0; number < clips / microBatch; number++) {
            project(session, batch, number, ofOnline, ofTarget);
        }
        float[] gradients = new float[ofOnline.length];
        double found =
                differentiate(session, batch, gathered(session, ofOnline), gathered(session, ofTarget), gradients);
        for (int number = 0; number < clips / microBatch; number++) {
            propagateBack(session, batch, number, gradients);
        }
        return new TrainingModel.Step(found, update.finish(session, batch));
    }

    private void project(Session session, Batch batch, int number, float[] ofOnline, float[] ofTarget) {
        try (Batch.Part part = batch.part(number);
                Result result = batch.run(part.feed(group.runner(session))
                        .fetch(online)
                        .fetch(target)
                        .addTarget(statistics))) {
            float[] values = new float[views * microBatch * length];
            values(result, 0, values);
            forEachView(number, (inPart, inBatch, n) -> System.arraycopy(values, inPart, ofOnline, inBatch, n));
            values(result, 1, values);
            forEachView(number, (inPart, inBatch, n) -> System.arraycopy(values, inPart, ofTarget, inBatch, n));
        }
    }

    /** Projections of all processes, {@code [views, all clips, length]}, parts one after the other by rank. */
    private float[] gathered(Session session, float[] mine) {
        if (group.size() == 1) {
            return mine;
        }
        float[] byRank = new float[mine.length * group.size()];
        try (TFloat32 fed = TFloat32.tensorOf(Shape.of(views, clips, length), DataBuffers.of(mine));
                Result result =
                        group.runner(session).feed(own, fed).fetch(everyones).run()) {
            values(result, 0, byRank);
        }
        float[] all = new float[byRank.length];
        int rows = clips * length;
        for (int rank = 0; rank < group.size(); rank++) {
            for (int view = 0; view < views; view++) {
                System.arraycopy(byRank, (rank * views + view) * rows, all, (view * group.size() + rank) * rows, rows);
            }
        }
        return all;
    }

    private double differentiate(Session session, Batch batch, float[] ofOnline, float[] ofTarget, float[] gradients) {
        Shape shape = Shape.of(views, (long) clips * group.size(), length);
        float[] ofAll = new float[ofOnline.length];
        try (TFloat32 first = TFloat32.tensorOf(shape, DataBuffers.of(ofOnline));
                TFloat32 second = TFloat32.tensorOf(shape, DataBuffers.of(ofTarget));
                Result result = batch.run(batch.feedVideoIds(session.runner())
                        .feed(allOnline, first)
                        .feed(allTarget, second)
                        .fetch(loss)
                        .fetch(projectionGradients))) {
            values(result, 1, ofAll);
            int rows = clips * length;
            for (int view = 0; view < views; view++) {
                System.arraycopy(ofAll, (view * group.size() + group.rank()) * rows, gradients, view * rows, rows);
            }
            return ((TFloat32) result.get(0)).getFloat();
        }
    }

    private void propagateBack(Session session, Batch batch, int number, float[] gradients) {
        float[] values = new float[views * microBatch * length];
        forEachView(number, (inPart, inBatch, n) -> System.arraycopy(gradients, inBatch, values, inPart, n));
        try (TFloat32 ofPart = TFloat32.tensorOf(Shape.of(views, microBatch, length), DataBuffers.of(values));
                TFloat32 factor = update.factor();
                Batch.Part part = batch.part(number)) {
            batch.run(update.accumulate(
                            part.feed(group.runner(session)).feed(partGradients, ofPart), factor, number == 0))
                    .close();
        }
    }

    private static void values(Result result, int index, float[] into) {
        ((TFloat32) result.get(index)).copyTo(DataBuffers.of(into, false, false));
    }

    /** Where a view's rows lie in {@code [views, microBatch, length]} and in {@code [views, clips, length]}. */
    private interface Rows {
        void at(int inPart, int inBatch, int count);
    }

    private void forEachView(int part, Rows rows) {
        int count = microBatch * length;
        for (int view = 0; view < views; view++) {
            rows.at(view * count, (view * clips + part * microBatch) * length, count);
        }
    }
}
