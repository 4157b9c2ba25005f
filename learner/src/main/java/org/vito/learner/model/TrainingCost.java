package org.vito.learner.model;

import java.util.Iterator;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.vito.learner.group.ProcessGroup;
import org.vito.learner.network.BatchStatistics;
import org.vito.learner.network.Network;
import org.vito.learner.network.NetworkSpec;
import org.vito.learner.network.Precision;
import org.vito.learner.network.Variable;

/**
 * Arithmetic of a training step, in multiplications with addition (MAC) of convolutions and matrix products; what is left
 * out (normalisation, activations, optimiser) is less than a hundredth.
 *
 * <p>An example costs, for every view, one forward pass of the online network, twice as much for its gradients, and one
 * forward pass of the target network, and the products of its projections with all target projections of the batch. This is
 * what the method asks for, however it is computed: an activation computed twice to save memory counts once.
 *
 * @param parameters of one network
 * @param forwardMacs of one image through the whole network
 * @param stepMacs of a step
 */
public record TrainingCost(long parameters, long forwardMacs, long stepMacs) {
    private static final int PASSES = 4; // forward, gradient of inputs, gradient of weights; forward in the target

    /** The cost of a step with {@code settings}. */
    public static TrainingCost of(ModelSettings settings) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Placeholder<TFloat32> image = tf.placeholder(
                    TFloat32.class, Placeholder.shape(Shape.of(1, 1, settings.size(), settings.size(), 3)));
            Network network = new Network.Training(
                            settings.network(), Precision.FLOAT32, BatchStatistics.OWN, 1, ProcessGroup.alone())
                    .build(tf, image, null);
            long forward = macs(graph);
            long parameters = network.variables().parameters().stream()
                    .map(Variable::fileShape)
                    .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
                    .sum();
            long views = settings.views();
            long logits = views * views * settings.clips() * projection(settings);
            return new TrainingCost(parameters, forward, settings.clips() * (PASSES * views * forward + logits));
        }
    }

    private static long projection(ModelSettings settings) {
        NetworkSpec.Projector projector = settings.network().projector();
        return projector == null ? 0 : projector.output();
    }

    /** The input of a graph that is only looked at. */
    static Placeholder<TFloat32> image(Ops tf, int size) {
        return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(1, size, size, 3)));
    }

    /** Floating-point operations of a step, two for each MAC. */
    public double flops() {
        return 2.0 * stepMacs;
    }

    /**
     * MACs of all convolutions and matrix products of {@code graph}.
     *
     * @throws IllegalStateException if a shape is not known before the graph runs
     */
    static long macs(Graph graph) {
        long macs = 0;
        for (Iterator<GraphOperation> operations = graph.operations(); operations.hasNext(); ) {
            GraphOperation operation = operations.next();
            macs += switch (operation.type()) {
                case "Conv2D" -> convolution(operation);
                case "MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3" -> product(operation);
                case "Einsum", "DepthwiseConv2dNative", "Conv3D" ->
                    throw new IllegalStateException("operations of kind " + operation.type() + " are not counted");
                default -> 0;
            };
        }
        return macs;
    }

    /** Every output takes height × width × inputs of the filter, {@code [height, width, inputs, outputs]}. */
    private static long convolution(GraphOperation operation) {
        long[] filter = shape(input(operation, 1), operation);
        return elements(shape(operation.output(0), operation)) * filter[0] * filter[1] * filter[2];
    }

    /** m × n outputs of length k: the square root of (m k) (k n) (m n), whichever factor is transposed. */
    private static long product(GraphOperation operation) {
        long[] output = shape(operation.output(0), operation);
        long batch = 1;
        for (int i = 0; i < output.length - 2; i++) {
            batch *= output[i];
        }
        double squared = (double) elements(output) / batch;
        for (int i = 0; i < 2; i++) {
            long[] factor = shape(input(operation, i), operation);
            squared *= (double) factor[factor.length - 1] * factor[factor.length - 2];
        }
        return batch * Math.round(Math.sqrt(squared));
    }

    private static Output<?> input(GraphOperation operation, int index) {
        return operation.input(index);
    }

    private static long[] shape(Output<?> output, Operation of) {
        Shape shape = output.shape();
        if (shape.isUnknown() || shape.hasUnknownDimension()) {
            throw new IllegalStateException(
                    "%s %s has a shape that is not known: %s".formatted(of.type(), of.name(), shape));
        }
        return shape.asArray();
    }

    private static long elements(long[] shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        return elements;
    }
}
