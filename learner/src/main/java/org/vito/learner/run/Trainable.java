package org.vito.learner.run;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.vito.learner.group.LearnerGroup;

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

        /**
         * An untrained network, its weights drawn from {@code seed}.
         *
         * @param group the learners that train it together
         */
        Trainable create(long seed, LearnerGroup group);
    }

    /**
     * Memory of {@code n} input tensors, direct, {@code [views, clips, size, size, 3]} bytes each, for this learner's part of
     * a batch.
     */
    List<ByteBuffer> inputBuffers(int n);

    /**
     * One optimiser step on input buffer {@code buffer}.
     *
     * @param videoIds for each clip of the whole batch an id of its video: clips of one video are no negatives of each other
     * @param step number of the step, for what is random in it
     */
    Outcome step(int buffer, int[] videoIds, long step, double learningRate, double emaDecay);

    /** Gives all learners of the group what their leader has; each must call it, before its next step. */
    void takeOver();

    /** Writes everything that a step changes into files of an existing directory. */
    void save(Path directory);

    /** Reads what {@link #save} wrote. */
    void restore(Path directory);

    @Override
    void close();
}
