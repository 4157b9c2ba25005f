package org.vito.learner.run;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A network with its targets and optimiser, as the training loop sees it. Used and closed by one thread. */
public interface Trainable extends AutoCloseable {
    /** What one step reports: the mean loss of the batch and the norm of all gradients. */
    record Outcome(double loss, double gradientNorm) {
        /** Whether both are numbers one can go on with. */
        public boolean isFinite() {
            return Double.isFinite(loss) && Double.isFinite(gradientNorm);
        }
    }

    /** Makes a network; called on the thread that will use it. */
    interface Factory {
        /** Name of the encoder's architecture, e.g. {@code resnet50}. */
        String architecture();

        /** Views of a clip in a batch. */
        int views();

        /** Clips of a batch. */
        int clips();

        /** An untrained network, its weights drawn from {@code seed}. */
        Trainable create(long seed);
    }

    /** Memory of {@code n} input tensors, direct, {@code [views, clips, size, size, 3]} bytes each. */
    List<ByteBuffer> inputBuffers(int n);

    /**
     * One optimiser step on input buffer {@code buffer}.
     *
     * @param videoIds for each clip an id of its video: clips of one video are no negatives of each other
     * @param step number of the step, for what is random in it
     */
    Outcome step(int buffer, int[] videoIds, long step, double learningRate, double emaDecay);

    /** Writes everything that a step changes into files of an existing directory. */
    void save(Path directory);

    /** Reads what {@link #save} wrote. */
    void restore(Path directory);

    @Override
    void close();
}
