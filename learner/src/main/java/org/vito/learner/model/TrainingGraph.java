package org.vito.learner.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.vito.learner.network.Network;
import org.vito.learner.network.Pixels;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;
import org.vito.learner.optimise.MovingAverage;
import org.vito.learner.optimise.Optimiser.Gradient;

/**
 * The nodes of one training step.
 *
 * @param bytes {@code [views, clips, size, size, 3]}
 * @param images the same, normalised
 * @param videoIds {@code [clips]}
 * @param onlineOutputs for each view {@code [clips, projectorOutput]}
 * @param gradients of the loss, one for each parameter of the online network
 * @param step after which everything is updated
 */
record TrainingGraph(
        Placeholder<TUint8> bytes,
        Operand<TFloat32> images,
        Placeholder<TInt32> videoIds,
        Placeholder<TFloat32> learningRate,
        Placeholder<TFloat32> emaDecay,
        Variables online,
        Variables target,
        Variables optimiser,
        List<Operand<TFloat32>> onlineOutputs,
        List<Operand<TFloat32>> targetOutputs,
        Operand<TFloat32> loss,
        List<Gradient> gradients,
        Operand<TFloat32> gradientNorm,
        Op step) {

    static TrainingGraph build(Graph graph, ModelSettings settings) {
        Ops tf = Ops.create(graph);
        Shape scalar = Shape.scalar();
        Placeholder<TUint8> bytes = tf.placeholder(
                TUint8.class,
                Placeholder.shape(Shape.of(settings.views(), settings.clips(), settings.size(), settings.size(), 3)));
        Placeholder<TInt32> videoIds = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(settings.clips())));
        Placeholder<TFloat32> learningRate = tf.placeholder(TFloat32.class, Placeholder.shape(scalar));
        Placeholder<TFloat32> emaDecay = tf.placeholder(TFloat32.class, Placeholder.shape(scalar));
        Operand<TFloat32> images = Pixels.normalise(tf, bytes);
        List<Operand<TFloat32>> views = new ArrayList<>();
        for (Output<TFloat32> view : tf.unstack(images, (long) settings.views()).output()) {
            views.add(view);
        }
        Network online = Network.training(tf.withSubScope("online"), settings.network(), settings.precision(), views);
        Network target = Network.training(tf.withSubScope("target"), settings.network(), settings.precision(), views);
        Operand<TFloat32> loss =
                settings.objective().loss(tf.withSubScope("objective"), online.outputs(), target.outputs(), videoIds);
        List<Gradient> gradients = gradients(graph, loss, online.variables());

        Variables optimiser = new Variables(tf.withSubScope("optimiser"));
        List<Op> updates = new ArrayList<>(online.updates());
        updates.addAll(target.updates());
        List<Op> steps = settings.optimiser().step(tf.withSubScope("optimiser"), gradients, learningRate, optimiser);
        updates.addAll(MovingAverage.follow(
                tf.withSubScope("average"),
                target.variables(),
                gradients.stream().map(Gradient::parameter).toList(),
                steps,
                emaDecay));
        return new TrainingGraph(
                bytes,
                images,
                videoIds,
                learningRate,
                emaDecay,
                online.variables(),
                target.variables(),
                optimiser,
                online.outputs(),
                target.outputs(),
                loss,
                gradients,
                norm(tf, gradients),
                tf.withControlDependencies(updates).noOp());
    }

    private static List<Gradient> gradients(Graph graph, Operand<TFloat32> loss, Variables variables) {
        List<Variable> parameters = variables.parameters();
        Output<?>[] with = parameters.stream().map(p -> p.value().asOutput()).toArray(Output<?>[]::new);
        Output<?>[] found = graph.addGradients(loss.asOutput(), with);
        List<Gradient> gradients = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            gradients.add(new Gradient(parameters.get(i), found[i].expect(TFloat32.class)));
        }
        return gradients;
    }

    private static Operand<TFloat32> norm(Ops tf, List<Gradient> gradients) {
        List<Operand<TFloat32>> halves = gradients.stream()
                .<Operand<TFloat32>>map(gradient -> tf.nn.l2Loss(gradient.value()))
                .toList();
        return tf.math.sqrt(tf.math.mul(tf.math.addN(halves), tf.constant(2f)));
    }
}
