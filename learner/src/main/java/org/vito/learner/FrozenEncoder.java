package org.vito.learner;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vito.learner.model.ModelFile;
import org.vito.learner.model.SavedModels;
import org.vito.learner.model.Sessions;
import org.vito.learner.model.TrainingModel;
import org.vito.learner.network.BackboneSpec;
import org.vito.learner.network.FrozenNetwork;
import org.vito.learner.network.NetworkSpec;
import org.vito.learner.network.Pixels;
import org.vito.learner.network.PublishedWeights;
import org.vito.learner.network.Variables;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A trained network in evaluation mode (moving statistics, no gradients): images in, features out. Not thread-safe.
 *
 * <p>What it can tell of an image has a name each, see {@link #outputs}:
 *
 * <ul>
 *   <li>{@code pooled}: the last group's features averaged over positions, {@code [batch, dimension]}
 *   <li>{@code layer1} to {@code layer4}: the feature map of a block group, {@code [batch, rows, columns, channels]}; of a Swin
 *       Transformer the output of a stage, that of the last one normalised
 *   <li>{@code attention3}, {@code attention4}: the weights that attention gives the positions of such a map, {@code [batch,
 *       rows, columns]}, sums of 1
 *   <li>{@code attended}: what the projector is given: all pooled groups after attention, {@code [batch, channels]}
 *   <li>{@code logits}: what the classifier says, before any softmax, {@code [batch, classes]}
 * </ul>
 */
public final class FrozenEncoder implements AutoCloseable {
    /** Name of the last group's features averaged over positions. */
    public static final String POOLED = "pooled";

    private static final int COLOURS = 3;

    /** Side of the images that published weights are for, as far as not known. */
    private static final int USUAL_SIZE = 224;

    private final NetworkSpec network;
    private final int imageSize;
    private final Graph graph;
    private final Session session;
    private final Placeholder<TUint8> bytes;
    private final Operand<TFloat32> pixels;
    private final Map<String, Operand<TFloat32>> outputs;
    private @Nullable Saliency saliency;

    private FrozenEncoder(
            NetworkSpec network, int imageSize, int mostStride, Graph graph, BiConsumer<Variables, Session> weights) {
        this.network = network;
        this.imageSize = imageSize;
        this.graph = graph;
        Ops tf = Ops.create(graph);
        bytes = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, -1, -1, COLOURS)));
        pixels = Pixels.normalise(tf, bytes);
        FrozenNetwork nodes = new FrozenNetwork(tf, network, pixels, mostStride);
        outputs = Collections.unmodifiableMap(outputs(network, nodes));
        session = Sessions.open(graph, 0);
        try {
            weights.accept(nodes.variables(), session);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static Map<String, Operand<TFloat32>> outputs(NetworkSpec network, FrozenNetwork nodes) {
        Map<String, Operand<TFloat32>> outputs = new LinkedHashMap<>();
        outputs.put(POOLED, nodes.pooled());
        for (int i = 0; i < nodes.groups().size(); i++) {
            outputs.put("layer" + (i + 1), nodes.groups().get(i));
        }
        NetworkSpec.Pooling pooling = network.pooling();
        for (int i = 0; pooling != null && i < nodes.attention().size(); i++) {
            outputs.put("attention" + pooling.groups().get(i), nodes.attention().get(i));
        }
        nodes.attended().ifPresent(node -> outputs.put("attended", node));
        nodes.logits().ifPresent(node -> outputs.put("logits", node));
        return outputs;
    }

    /**
     * Loads the online network of a checkpoint directory, or a safetensors file of weights as timm or torchvision publish them.
     * Whether a checkpoint's files are those that its manifest names is for {@link
     * org.vito.learner.checkpoint.Checkpoints#verify} to say; nothing else than {@code model.json} and the online network's
     * weights is read here.
     *
     * @throws org.vito.protocol.VitoException DAMAGED_CHECKPOINT if a file is missing or cannot be read; OTHER_CONFIGURATION if
     *     weights and network do not belong together, or there is no such network here
     */
    public static FrozenEncoder open(Path checkpointOrFile) {
        return open(checkpointOrFile, Integer.MAX_VALUE);
    }

    /**
     * The same with finer feature maps, as dense tasks want them.
     *
     * @param mostStride pixels between two positions of any map: block groups that would have more keep the resolution of
     *     those before, without dilation. 8 gives a ResNet the strides 1, 2, 1, 1 of VFS (arXiv 2103.17263)
     * @throws org.vito.protocol.VitoException OTHER_CONFIGURATION also if that would change another network than a residual one
     */
    public static FrozenEncoder open(Path checkpointOrFile, int mostStride) {
        if (Files.isRegularFile(checkpointOrFile)) {
            try (SafetensorsFile file = SafetensorsFile.open(checkpointOrFile)) {
                PublishedWeights weights = PublishedWeights.of(file);
                return open(
                        weights.network(),
                        USUAL_SIZE,
                        mostStride,
                        (variables, session) -> variables.restore(session, weights, file.path(), false));
            }
        }
        ModelFile model = ModelFile.read(checkpointOrFile);
        Path online = checkpointOrFile.resolve(TrainingModel.ONLINE_FILE);
        return open(
                model.network(),
                model.size(),
                mostStride,
                (variables, session) -> variables.restorePart(session, online));
    }

    private static FrozenEncoder open(
            NetworkSpec network, int imageSize, int mostStride, BiConsumer<Variables, Session> weights) {
        if (mostStride != Integer.MAX_VALUE && !(network.backbone() instanceof BackboneSpec.Residual)) {
            throw new VitoException(
                    Reason.OTHER_CONFIGURATION,
                    "%s has no block groups whose stride could be less; expected a ResNet"
                            .formatted(network.architecture()));
        }
        Graph graph = new Graph();
        try {
            return new FrozenEncoder(network, imageSize, mostStride, graph, weights);
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    /** What the network looks like. */
    public NetworkSpec network() {
        return network;
    }

    /** Side in pixels of the square images the network was trained on; 224 where that is not known. */
    public int imageSize() {
        return imageSize;
    }

    /** Length of a feature: channels of the last block group (2048 for resnet50). */
    public int dimension() {
        return network.backbone().featureLength();
    }

    /** How many classes its classifier tells apart; 0 if it has none. */
    public int classes() {
        return network.classes();
    }

    /** Names of what this encoder can tell of an image. */
    public Set<String> outputs() {
        return outputs.keySet();
    }

    /**
     * Average-pooled features of the last block group.
     *
     * @param images direct, {@code [count, size, size, 3]} RGB bytes from its position; {@code size} may be any
     * @return {@code [count][dimension]}
     */
    public float[][] encode(ByteBuffer images, int count, int size) {
        float[] flat = encode(images, count, size, size, List.of(POOLED)).get(0).values();
        float[][] rows = new float[count][dimension()];
        for (int i = 0; i < count; i++) {
            System.arraycopy(flat, i * dimension(), rows[i], 0, dimension());
        }
        return rows;
    }

    /**
     * What is asked for of a batch of images, in one pass through the network.
     *
     * @param images direct, {@code [count, height, width, 3]} RGB bytes from its position; height and width may be any
     * @param names of {@link #outputs}
     * @return as many, in the same order
     */
    public List<Features> encode(ByteBuffer images, int count, int height, int width, List<String> names) {
        ByteBuffer batch = batch(images, count, height, width);
        Session.Runner runner = session.runner();
        names.forEach(name -> runner.fetch(output(name)));
        try (TUint8 input = TUint8.tensorOf(Shape.of(count, height, width, COLOURS), DataBuffers.of(batch));
                Result result = runner.feed(bytes, input).run()) {
            List<Features> found = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                found.add(features((TFloat32) result.get(i)));
            }
            return found;
        }
    }

    private static ByteBuffer batch(ByteBuffer images, int count, int height, int width) {
        long length = (long) count * height * width * COLOURS;
        if (count < 1 || height < 1 || width < 1 || images.remaining() < length) {
            throw new IllegalArgumentException(
                    "%d bytes for %d images of %d × %d".formatted(images.remaining(), count, width, height));
        }
        return images.slice().limit((int) length);
    }

    /**
     * How much a sum of weighted average-pooled features depends on each place of the images it is of: the largest absolute
     * derivative with respect to a place's three normalised colours (Simonyan, Vedaldi and Zisserman, arXiv 1312.6034). With the
     * weights that a linear classifier gives the features for a class it is the saliency of that class's logit.
     *
     * @param images direct, {@code [count, height, width, 3]} RGB bytes from its position; height and width may be any
     * @param weights {@code [count][dimension]}
     * @return {@code [count, height, width]}
     */
    public Features saliency(ByteBuffer images, int count, int height, int width, float[][] weights) {
        ByteBuffer batch = batch(images, count, height, width);
        if (weights.length != count) {
            throw new IllegalArgumentException(weights.length + " rows of weights for " + count + " images");
        }
        if (saliency == null) {
            saliency = new Saliency();
        }
        Saliency nodes = saliency;
        FloatBuffer rows = ByteBuffer.allocateDirect(count * dimension() * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (float[] row : weights) {
            rows.put(row);
        }
        rows.flip();
        try (TUint8 input = TUint8.tensorOf(Shape.of(count, height, width, COLOURS), DataBuffers.of(batch));
                TFloat32 factors = TFloat32.tensorOf(Shape.of(count, dimension()), DataBuffers.of(rows));
                Result result = session.runner()
                        .feed(bytes, input)
                        .feed(nodes.weights, factors)
                        .fetch(nodes.largest)
                        .run()) {
            return features((TFloat32) result.get(0));
        }
    }

    /** What is added to the graph when saliency is asked for first. */
    private final class Saliency {
        private final Placeholder<TFloat32> weights;
        private final Operand<TFloat32> largest;

        Saliency() {
            Ops tf = Ops.create(graph).withSubScope("saliency");
            weights = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, dimension())));
            Operand<TFloat32> sum = tf.reduceSum(tf.math.mul(output(POOLED), weights), tf.constant(new int[] {0, 1}));
            Operand<TFloat32> slope =
                    graph.addGradients(sum.asOutput(), new Output<?>[] {pixels.asOutput()})[0].expect(TFloat32.class);
            largest = tf.reduceMax(tf.math.abs(slope), tf.constant(-1));
        }
    }

    private Operand<TFloat32> output(String name) {
        Operand<TFloat32> output = outputs.get(name);
        if (output == null) {
            throw new IllegalArgumentException("this encoder has no output %s: expected one of %s"
                    .formatted(name, String.join(", ", outputs.keySet())));
        }
        return output;
    }

    private static Features features(TFloat32 tensor) {
        List<Integer> shape = new ArrayList<>();
        for (long dimension : tensor.shape().asArray()) {
            shape.add(Math.toIntExact(dimension));
        }
        float[] values = new float[Math.toIntExact(tensor.size())];
        tensor.copyTo(DataBuffers.of(values, false, false));
        return new Features(shape, values);
    }

    /**
     * Writes this network as a TensorFlow SavedModel: signature {@code serving_default}, input {@code images} {@code [count,
     * height, width, 3]} RGB bytes of any size, and {@link #outputs} by their names.
     *
     * @param directory that is made
     * @throws org.vito.protocol.VitoException STORAGE if it is there and not empty, or cannot be written
     */
    public void saveModel(Path directory) {
        SavedModels.write(directory, graph, session, "images", bytes, outputs);
    }

    /** Frees everything; the graph last, since it waits for its sessions. */
    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
