package org.vito.learner;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.stream.javadsl.Flow;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import org.vito.augment.AugmentSettings;
import org.vito.augment.AugmentedBatch;
import org.vito.augment.BatchAugmenter;
import org.vito.augment.BatchBuffers;
import org.vito.augment.ClipBatch;
import org.vito.learner.group.LearnerGroup;
import org.vito.learner.group.ProcessGroup;
import org.vito.learner.model.ModelSettings;
import org.vito.learner.model.Sessions;
import org.vito.learner.model.TrainingModel;
import org.vito.learner.run.Augmentation;
import org.vito.learner.run.Learner;
import org.vito.learner.run.Trainable;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Stages;
import org.vito.protocol.VitoException;

/** The role that trains on clips and announces checkpoints. */
public final class LearnerRole {
    private LearnerRole() {}

    /**
     * Resumes the configured run from its newest durable checkpoint, or begins it, and trains until stopped or done.
     *
     * @throws VitoException {@link Reason#BAD_SETTING} if the views that are made are not those the network expects
     */
    public static RunningRole start(
            ActorSystem<?> system, LearnerSettings settings, AugmentSettings augment, Platform platform) {
        Augmentation augmentation = augmentation(settings, augment, platform.stages());
        return Learner.start(system, settings.run(), new Networks(settings.model()), augmentation, platform);
    }

    /** What makes the views that the network expects. */
    static Augmentation augmentation(LearnerSettings settings, AugmentSettings augment, Stages stages) {
        agree("size", augment.size(), settings.model().size());
        agree("views", augment.recipes().size(), settings.model().views());
        return new Views(augment, settings.run().seed(), stages);
    }

    private static void agree(String what, int made, int expected) {
        if (made != expected) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "vito.augment.%s = %d but vito.learner.model.%s = %d: expected the same"
                            .formatted(what, made, what, expected));
        }
    }

    private record Networks(ModelSettings settings) implements Trainable.Factory {
        @Override
        public String architecture() {
            return settings.architecture();
        }

        @Override
        public int views() {
            return settings.views();
        }

        @Override
        public int clips() {
            return settings.clips();
        }

        @Override
        public Trainable create(long seed, LearnerGroup group) {
            ProcessGroup processes = group.processes(Sessions.config(settings));
            return new Network(TrainingModel.create(settings, seed, processes));
        }
    }

    private record Network(TrainingModel model) implements Trainable {
        @Override
        public List<ByteBuffer> inputBuffers(int n) {
            return model.inputBuffers(n);
        }

        @Override
        public Outcome step(int buffer, int[] videoIds, long step, double learningRate, double emaDecay) {
            TrainingModel.Step done = model.step(buffer, videoIds, step, learningRate, emaDecay);
            return new Outcome(done.loss(), done.gradientNorm());
        }

        @Override
        public void takeOver() {
            model.takeOver();
        }

        @Override
        public void save(Path directory) {
            model.save(directory);
        }

        @Override
        public void restore(Path directory) {
            model.restore(directory);
        }

        @Override
        public void close() {
            model.close();
        }
    }

    private record Views(AugmentSettings settings, long seed, Stages stages) implements Augmentation {
        @Override
        public Flow<ClipBatch, AugmentedBatch, NotUsed> flow(List<ByteBuffer> buffers, Executor executor) {
            return BatchAugmenter.flow(settings, seed, new BatchBuffers(buffers), executor, stages);
        }

        @Override
        public int buffers() {
            return settings.buffers();
        }

        @Override
        public int threads() {
            return settings.parallelism();
        }
    }
}
