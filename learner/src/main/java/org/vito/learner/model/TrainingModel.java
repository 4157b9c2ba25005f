package org.vito.learner.model;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;
import org.vito.learner.group.ProcessGroup;
import org.vito.learner.network.BatchStatistics;
import org.vito.protocol.CounterRandom;

/**
 * An online network in training with its target network and optimiser: one TensorFlow graph and its session. Used by one
 * thread at a time.
 *
 * <p>A step runs every view through both networks (each in training mode), the objective over all of them, its gradient,
 * the optimiser and then the target's moving average; in one pass, or, if {@link ModelSettings#microBatch} is less than the
 * batch, in parts ({@link GradientCache}). With {@link ModelSettings#threads} 1 the same inputs give the same bits.
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
     * @param gradientNorm Euclidean norm of the gradients of all parameters together; 0 for a step that was left out since
     *     its 16-bit gradients overflowed
     */
    public record Step(double loss, double gradientNorm) {}

    private final ModelSettings settings;
    private final Graph graph;
    private final TrainingGraph nodes;
    private final Session session;
    private final InputBuffers inputs;
    private final ProcessGroup group;
    private final @Nullable Op takeOver;
    private @Nullable StepTrace trace;

    private final long seed;
    private int stepsUntilCompiled = 2;

    private TrainingModel(ModelSettings whole, long seed, BatchStatistics statistics, ProcessGroup group, Graph graph) {
        settings = whole.partOf(group.size());
        this.group = group;
        this.seed = seed;
        this.graph = graph;
        nodes = TrainingGraph.build(graph, settings, statistics, group);
        takeOver = group.size() == 1 ? null : nodes.takeOver(Ops.create(graph), group);
        session = group.open(graph, Sessions.config(settings));
        inputs = new InputBuffers(settings.views(), settings.clips(), settings.size(), settings.size(), 3);
    }

    /** An untrained network, its weights functions of {@code seed}; the target is a copy of it. */
    public static TrainingModel create(ModelSettings settings, long seed) {
        return create(settings, seed, settings.statistics(), ProcessGroup.alone());
    }

    /**
     * An untrained network in one of the processes that train it together, each on its part of every batch.
     *
     * @param settings of the whole, the same in all
     */
    public static TrainingModel create(ModelSettings settings, long seed, ProcessGroup group) {
        return create(settings, seed, settings.statistics(), group);
    }

    static TrainingModel create(ModelSettings settings, long seed, BatchStatistics statistics) {
        return create(settings, seed, statistics, ProcessGroup.alone());
    }

    private static TrainingModel create(
            ModelSettings settings, long seed, BatchStatistics statistics, ProcessGroup group) {
        TrainingModel model = open(settings, seed, statistics, group);
        try {
            model.nodes.online().initialise(model.session, seed);
            model.session.runner().addTarget(model.nodes.align()).run().close();
            model.nodes.optimiser().initialise(model.session, seed);
            NativeHeap.trim();
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static TrainingModel open(
            ModelSettings settings, long seed, BatchStatistics statistics, ProcessGroup group) {
        Graph graph = new Graph();
        try {
            return new TrainingModel(settings, seed, statistics, group, graph);
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    /**
     * Memory of {@code n} more input tensors, direct, {@code [views, clips, size, size, 3]} RGB bytes each, the clips being
     * this process's part of the batch, in its order, that follows those of lower ranks. They are numbered
     * from 0 in the order they were asked for, and valid until this model is closed.
     */
    public List<ByteBuffer> inputBuffers(int n) {
        return inputs.add(n);
    }

    /**
     * One optimiser step on an input buffer. The buffer must not be written meanwhile.
     *
     * @param videoIds for each clip of the whole batch an id of its video: clips of one video are no negatives of each other
     * @param step number of the step; decides, with the seed, what drop path skips
     * @param emaDecay τ of the moving average
     */
    public Step step(int buffer, int[] videoIds, long step, double learningRate, double emaDecay) {
        return run(nodes.inputs().bytes(), input(buffer), videoIds, step, learningRate, emaDecay);
    }

    /** A step as {@link #step}, and where its time went; slower than one that is not looked at. */
    public StepTrace trace(int buffer, int[] videoIds, long step, double learningRate, double emaDecay) {
        StepTrace collecting = new StepTrace();
        trace = collecting;
        try {
            step(buffer, videoIds, step, learningRate, emaDecay);
            return collecting;
        } finally {
            trace = null;
        }
    }

    /** One step on images that are normalised already, {@code [views, clips, size, size, 3]}, in one pass. */
    Step stepOnNormalised(TFloat32 images, int[] videoIds, double learningRate, double emaDecay) {
        return run(nodes.inputs().images(), images, videoIds, 0, learningRate, emaDecay);
    }

    private Step run(Operand<?> input, TType images, int[] videoIds, long step, double learningRate, double emaDecay) {
        int clips = settings.clips() * group.size();
        if (videoIds.length != clips) {
            throw new IllegalArgumentException(
                    videoIds.length + " video ids, expected one for each of " + clips + " clips");
        }
        long chance = CounterRandom.of(seed, "drop-path", step, group.rank()).nextLong();
        try (Batch batch = new Batch(nodes.inputs(), input, images, chance, videoIds, learningRate, emaDecay, trace)) {
            return nodes.step().run(session, batch);
        } finally {
            if (stepsUntilCompiled > 0) {
                stepsUntilCompiled--;
                NativeHeap.trim();
            }
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
        LossScale scale = nodes.scale();
        if (scale != null) {
            scale.recall(session);
        }
    }

    /** Gives all processes of the group what the first of them has; each must call it, before its next step. */
    public void takeOver() {
        if (takeOver != null) {
            group.runner(session).addTarget(takeOver).run().close();
            LossScale scale = nodes.scale();
            if (scale != null) {
                scale.recall(session);
            }
        }
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
