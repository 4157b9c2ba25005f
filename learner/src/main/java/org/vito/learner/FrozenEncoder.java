package org.vito.learner;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vito.learner.model.ModelFile;
import org.vito.learner.model.Sessions;
import org.vito.learner.model.TrainingModel;
import org.vito.learner.network.FrozenNetwork;
import org.vito.learner.network.Pixels;

/** A trained backbone in evaluation mode (moving statistics, no gradients): images in, features out. Not thread-safe. */
public final class FrozenEncoder implements AutoCloseable {
    private static final int COLOURS = 3;

    private final ModelFile model;
    private final Graph graph;
    private final Session session;
    private final Placeholder<TUint8> bytes;
    private final Operand<TFloat32> features;

    private FrozenEncoder(ModelFile model, Graph graph, Path checkpoint) {
        this.model = model;
        this.graph = graph;
        Ops tf = Ops.create(graph);
        bytes = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, -1, -1, COLOURS)));
        FrozenNetwork network = new FrozenNetwork(tf, model.network(), Pixels.normalise(tf, bytes));
        features = network.pooled();
        session = Sessions.open(graph, 0);
        try {
            network.variables().restorePart(session, checkpoint.resolve(TrainingModel.ONLINE_FILE));
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /**
     * Loads the online network of a checkpoint directory. Whether its files are those that its manifest names is for {@link
     * org.vito.learner.checkpoint.Checkpoints#verify} to say; nothing else than {@code model.json} and the online network's
     * weights is read here.
     *
     * @throws org.vito.protocol.VitoException DAMAGED_CHECKPOINT if one of the two is missing or cannot be read;
     *     OTHER_CONFIGURATION if they do not belong together
     */
    public static FrozenEncoder open(Path checkpoint) {
        ModelFile model = ModelFile.read(checkpoint);
        Graph graph = new Graph();
        try {
            return new FrozenEncoder(model, graph, checkpoint);
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    /** Side in pixels of the square images the network was trained on. */
    public int imageSize() {
        return model.size();
    }

    /** Length of a feature: channels of the last block group (2048 for resnet50). */
    public int dimension() {
        return model.network().backbone().featureLength();
    }

    /**
     * Average-pooled features of the last block group.
     *
     * @param images direct, {@code [count, size, size, 3]} RGB bytes from its position; {@code size} may be any
     * @return {@code [count][dimension]}
     */
    public float[][] encode(ByteBuffer images, int count, int size) {
        long length = (long) count * size * size * COLOURS;
        if (count < 1 || size < 1 || images.remaining() < length) {
            throw new IllegalArgumentException(
                    "%d bytes for %d images of %d × %d".formatted(images.remaining(), count, size, size));
        }
        ByteBuffer batch = images.slice().limit((int) length);
        float[] flat = new float[count * dimension()];
        try (TUint8 input = TUint8.tensorOf(Shape.of(count, size, size, COLOURS), DataBuffers.of(batch));
                Result result =
                        session.runner().feed(bytes, input).fetch(features).run()) {
            ((TFloat32) result.get(0)).copyTo(DataBuffers.of(flat, false, false));
        }
        float[][] rows = new float[count][dimension()];
        for (int i = 0; i < count; i++) {
            System.arraycopy(flat, i * dimension(), rows[i], 0, dimension());
        }
        return rows;
    }

    /** Frees everything; the graph last, since it waits for its sessions. */
    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
