package org.vito.learner.model;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * An online network in training with its target network and optimiser: one TensorFlow graph and its session. Used by one
 * thread at a time.
 *
 * <p>A step runs every view through both networks (each in training mode), the objective over all of them, its gradient,
 * the optimiser and then the target's moving average. With {@link ModelSettings#threads} 1 the same inputs give the same
 * bits.
 */
public final class TrainingModel implements AutoCloseable {
    /** File of the online network's weights and moving statistics. */
    public static final String ONLINE_FILE = "online.safetensors";

    /** File of the target network's weights and moving statistics. */
    public static final String TARGET_FILE = "target.safetensors";

    /** File of what the optimiser remembers. */
    public static final String OPTIMISER_FILE = "optimiser.safetensors";

    /**
     * What one step found.
     *
     * @param loss before the update
     * @param gradientNorm Euclidean norm of the gradients of all parameters together
     */
    public record Step(double loss, double gradientNorm) {}

    private final ModelSettings settings;
    private final Graph graph;
    private final TrainingGraph nodes;
    private final Session session;
    private final InputBuffers inputs;

    private TrainingModel(ModelSettings settings, Graph graph) {
        this.settings = settings;
        this.graph = graph;
        nodes = TrainingGraph.build(graph, settings);
        session = Sessions.open(graph, settings.threads());
        inputs = new InputBuffers(settings.views(), settings.clips(), settings.size(), settings.size(), 3);
    }

    /** An untrained network, its weights functions of {@code seed}; the target is a copy of it. */
    public static TrainingModel create(ModelSettings settings, long seed) {
        TrainingModel model = open(settings);
        try {
            model.nodes.online().initialise(model.session, seed);
            model.nodes.target().copyFrom(model.nodes.online(), model.session);
            model.nodes.optimiser().initialise(model.session, seed);
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static TrainingModel open(ModelSettings settings) {
        Graph graph = new Graph();
        try {
            return new TrainingModel(settings, graph);
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    /**
     * Memory of {@code n} more input tensors, direct, {@code [views, clips, size, size, 3]} RGB bytes each. They are numbered
     * from 0 in the order they were asked for, and valid until this model is closed.
     */
    public List<ByteBuffer> inputBuffers(int n) {
        return inputs.add(n);
    }

    /**
     * One optimiser step on an input buffer. The buffer must not be written meanwhile.
     *
     * @param videoIds for each clip an id of its video: clips of one video are no negatives of each other
     * @param emaDecay τ of the moving average
     */
    public Step step(int buffer, int[] videoIds, double learningRate, double emaDecay) {
        return run(session.runner().feed(nodes.bytes(), input(buffer)), videoIds, learningRate, emaDecay);
    }

    /** One step on images that are normalised already, {@code [views, clips, size, size, 3]}. */
    Step stepOnNormalised(TFloat32 images, int[] videoIds, double learningRate, double emaDecay) {
        return run(session.runner().feed(nodes.images(), images), videoIds, learningRate, emaDecay);
    }

    private Step run(Session.Runner runner, int[] videoIds, double learningRate, double emaDecay) {
        if (videoIds.length != settings.clips()) {
            throw new IllegalArgumentException(
                    videoIds.length + " video ids, expected one for each of " + settings.clips() + " clips");
        }
        try (TInt32 videos = TInt32.vectorOf(videoIds);
                TFloat32 rate = TFloat32.scalarOf((float) learningRate);
                TFloat32 decay = TFloat32.scalarOf((float) emaDecay);
                Result result = runner.feed(nodes.videoIds(), videos)
                        .feed(nodes.learningRate(), rate)
                        .feed(nodes.emaDecay(), decay)
                        .fetch(nodes.loss())
                        .fetch(nodes.gradientNorm())
                        .addTarget(nodes.step())
                        .run()) {
            return new Step(((TFloat32) result.get(0)).getFloat(), ((TFloat32) result.get(1)).getFloat());
        }
    }

    /** Writes weights, moving statistics, what the optimiser remembers and {@code model.json} into a directory. */
    public void save(Path directory) {
        ModelFile.of(settings.network(), settings.size()).write(directory);
        nodes.online().save(session, directory.resolve(ONLINE_FILE));
        nodes.target().save(session, directory.resolve(TARGET_FILE));
        nodes.optimiser().save(session, directory.resolve(OPTIMISER_FILE));
    }

    /**
     * Reads what {@link #save} wrote; afterwards this model steps as the one that was saved would have.
     *
     * @throws org.vito.protocol.VitoException DAMAGED_CHECKPOINT if a file is missing or damaged; OTHER_CONFIGURATION if its
     *     tensors are not those of this model
     */
    public void restore(Path directory) {
        nodes.online().restore(session, directory.resolve(ONLINE_FILE));
        nodes.target().restore(session, directory.resolve(TARGET_FILE));
        nodes.optimiser().restore(session, directory.resolve(OPTIMISER_FILE));
    }

    TUint8 input(int buffer) {
        return inputs.get(buffer);
    }

    TrainingGraph nodes() {
        return nodes;
    }

    Session session() {
        return session;
    }

    /** Frees everything; the graph last, since it waits for its sessions. */
    @Override
    public void close() {
        session.close();
        graph.close();
        inputs.close();
    }
}
