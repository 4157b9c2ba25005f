package org.vito.learner.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vito.learner.group.ProcessGroup;
import org.vito.learner.network.BatchStatistics;
import org.vito.learner.network.Precision;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;
import org.vito.learner.optimise.Optimiser.Gradient;

/**
 * Everything that one training step takes, as nodes of a graph.
 *
 * @param inputs what it is fed with
 * @param networks on the batch, or on one micro-batch of it
 * @param optimiser what the optimiser remembers
 * @param loss of the batch, a scalar
 * @param gradients of the loss, one for each parameter of the online network; sums of earlier runs where the step has several
 * @param align copies the online network's variables to the target network
 * @param scale of the loss; none where gradients do not overflow
 * @param step what is run, and in what order
 */
record TrainingGraph(
        Inputs inputs,
        NetworkPair networks,
        Variables optimiser,
        Operand<TFloat32> loss,
        List<Gradient> gradients,
        Op align,
        @Nullable LossScale scale,
        StepProcedure step) {

    /** The nodes of a step as the settings want it, with statistics of the batch. */
    static TrainingGraph build(Graph graph, ModelSettings settings) {
        return build(graph, settings, settings.statistics(), ProcessGroup.alone());
    }

    /**
     * The nodes of a process's part of a step.
     *
     * @param settings of that part: its clips, not those of the whole batch
     */
    static TrainingGraph build(Graph graph, ModelSettings settings, BatchStatistics statistics, ProcessGroup group) {
        Ops tf = Ops.create(graph);
        Inputs inputs = Inputs.declare(tf, settings, settings.clips() * group.size());
        NetworkPair networks = NetworkPair.build(tf, settings, statistics, group, inputs);
        Variables online = networks.online().variables();
        Variables target = networks.target().variables();
        Variables optimiser = new Variables(tf.withSubScope("optimiser"));
        Update update = new Update(settings.optimiser(), optimiser, target, inputs);
        Op align = target.assignFrom(online);
        LossScale scale = settings.precision() == Precision.FLOAT16 ? new LossScale(optimiser) : null;
        if (settings.parts() > 1) {
            GradientCache cache = new GradientCache(
                    graph,
                    tf,
                    settings,
                    inputs,
                    networks,
                    group,
                    gradients -> new DeferredUpdate(tf, gradients, scale, update, group));
            return new TrainingGraph(
                    inputs, networks, optimiser, cache.loss(), cache.update().sums(), align, scale, cache);
        }
        Projections all = Projections.ofAll(tf, group, networks);
        Operand<TFloat32> loss = settings.objective()
                .loss(tf.withSubScope("objective"), TFloat32.class, all.online(), all.target(), inputs.videoIds());
        if (scale != null) {
            DeferredUpdate deferred = new DeferredUpdate(
                    tf, factor -> Differentiation.of(graph, tf.math.mul(loss, factor), online), scale, update, group);
            ScaledPass pass = ScaledPass.build(tf, networks, loss, deferred, group);
            return new TrainingGraph(inputs, networks, optimiser, loss, deferred.sums(), align, scale, pass);
        }
        List<Gradient> gradients = GradientSum.of(tf, group, Differentiation.of(graph, loss, online));
        OnePass pass = OnePass.build(tf, networks, loss, gradients, update, group);
        return new TrainingGraph(inputs, networks, optimiser, loss, gradients, align, null, pass);
    }

    Operand<TFloat32> images() {
        return inputs.images();
    }

    Operand<TInt32> videoIds() {
        return inputs.videoIds();
    }

    List<Operand<TFloat32>> onlineOutputs() {
        return networks.online().outputs();
    }

    List<Operand<TFloat32>> targetOutputs() {
        return networks.target().outputs();
    }

    /** The node that gives all processes of {@code group} what its first has: both networks and the optimiser's memory. */
    Op takeOver(Ops tf, ProcessGroup group) {
        List<Op> assignments = new ArrayList<>();
        for (Variables some : List.of(online(), target(), optimiser)) {
            for (Variable variable : some.all()) {
                Operand<TFloat32> share = group.rank() == 0 ? variable.value() : tf.zerosLike(variable.value());
                assignments.add(tf.assignVariableOp(variable.handle(), group.sum(tf, share)));
            }
        }
        return tf.withControlDependencies(assignments).noOp();
    }

    Variables online() {
        return networks.online().variables();
    }

    Variables target() {
        return networks.target().variables();
    }
}
