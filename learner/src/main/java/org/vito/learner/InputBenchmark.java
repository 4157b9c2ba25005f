package org.vito.learner;

import akka.actor.typed.ActorSystem;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.vito.augment.AugmentSettings;
import org.vito.augment.AugmentedBatch;
import org.vito.learner.model.ModelSettings;
import org.vito.learner.model.TrainingModel;
import org.vito.learner.run.Augmentation;
import org.vito.learner.run.ClipBatches;
import org.vito.protocol.Platform;

/**
 * How well the way from Kafka to the learner's memory keeps up: training steps on one batch that lies in memory, in turns
 * with steps on batches that are made meanwhile; and each part of the way by itself.
 */
public final class InputBenchmark {
    private static final double LEARNING_RATE = 0.01;
    private static final double EMA_DECAY = 0.99;
    private static final String VIEW_THREADS = "vito-learner-augment";

    private InputBenchmark() {}

    /**
     * What is to be done.
     *
     * @param rounds of steps from memory and as many from the topic, in turns
     * @param steps of each
     * @param batches that each part of the way makes by itself
     */
    public record Plan(int rounds, int steps, int batches) {
        public Plan {
            if (rounds < 1 || steps < 1 || batches < 1) {
                throw new IllegalArgumentException("rounds, steps and batches must be at least 1");
            }
        }
    }

    /** Is told what is being measured. */
    public interface Listener {
        /** A part begins. */
        void measuring(String what);
    }

    /**
     * What was measured. Processor time is that of the threads that do the work, Kafka's broker excluded.
     *
     * @param fetchMs processor time a clip for reading, parsing and ordering, on the thread that reads
     * @param viewsMs processor time a clip for JPEG decoding, transforms and writing into the batch
     * @param inputViewsPerSecond what the way makes while nobody trains
     * @param memoryClipsPerSecond steps on a batch in memory: the median of the rounds
     * @param fedClipsPerSecond steps on batches from the topic: the median of the rounds
     * @param ratio of the latter to the former: the median of the rounds' ratios
     * @param waitShare of the time of the latter, spent waiting for a batch
     */
    public record Result(
            double fetchMs,
            double viewsMs,
            double inputViewsPerSecond,
            double memoryClipsPerSecond,
            double fedClipsPerSecond,
            double ratio,
            double waitShare) {

        /** Cores that a device needs that trains on so many views a second. */
        public double coresFor(double viewsPerSecond, int views) {
            return viewsPerSecond / views * (fetchMs + viewsMs) / 1e3;
        }
    }

    /** Measures on the clips that are in the topic, which are read again and again. */
    public static Result run(
            ActorSystem<?> system,
            LearnerSettings settings,
            AugmentSettings augment,
            Platform platform,
            Plan plan,
            Listener listener) {
        Augmentation augmentation = LearnerRole.augmentation(settings, augment, platform.stages());
        ModelSettings model = settings.model();
        int clips = model.clips();

        listener.measuring("reading from Kafka");
        double fetchMs = ClipBatches.readMs(settings.run(), platform, plan.batches(), plan.batches()) / clips;

        try (TrainingModel training = TrainingModel.create(model, 0)) {
            List<ByteBuffer> buffers = training.inputBuffers(augmentation.buffers());
            listener.measuring("making views");
            double viewsMs;
            double viewsPerSecond;
            try (ClipBatches batches = ClipBatches.open(system, settings.run(), augmentation, platform, buffers)) {
                discard(batches, plan.batches());
                double processorBefore = viewThreadsMs();
                long began = System.nanoTime();
                discard(batches, plan.batches());
                viewsPerSecond = (double) plan.batches() * clips * model.views() / seconds(began);
                viewsMs = (viewThreadsMs() - processorBefore) / ((double) plan.batches() * clips);
            }
            double[] memory = new double[plan.rounds()];
            double[] fed = new double[plan.rounds()];
            double[] ratios = new double[plan.rounds()];
            double waited = 0;
            double trained = 0;
            try (ClipBatches batches = ClipBatches.open(system, settings.run(), augmentation, platform, buffers)) {
                Steps steps = new Steps(training, plan.steps());
                AugmentedBatch one = batches.next();
                listener.measuring("training, warm-up");
                steps.onMemory(one);
                one.release().run();
                steps.onTopic(batches);
                for (int round = 0; round < plan.rounds(); round++) {
                    listener.measuring("training, round %d of %d".formatted(round + 1, plan.rounds()));
                    AugmentedBatch held = batches.next();
                    memory[round] = steps.clips(clips) / steps.onMemory(held);
                    held.release().run();
                    double waitedBefore = batches.waitedSeconds();
                    double took = steps.onTopic(batches);
                    waited += batches.waitedSeconds() - waitedBefore;
                    trained += took;
                    fed[round] = steps.clips(clips) / took;
                    ratios[round] = fed[round] / memory[round];
                }
            }
            return new Result(
                    fetchMs, viewsMs, viewsPerSecond, median(memory), median(fed), median(ratios), waited / trained);
        }
    }

    /** Training steps by the clock. */
    private static final class Steps {
        private final TrainingModel training;
        private final int count;
        private long step;

        Steps(TrainingModel training, int count) {
            this.training = training;
            this.count = count;
        }

        double clips(int batch) {
            return (double) count * batch;
        }

        /** Seconds of steps on one batch. */
        double onMemory(AugmentedBatch batch) {
            long began = System.nanoTime();
            for (int i = 0; i < count; i++) {
                training.step(batch.buffer(), batch.videoIds(), step++, LEARNING_RATE, EMA_DECAY);
            }
            return seconds(began);
        }

        /** Seconds of steps on new batches. */
        double onTopic(ClipBatches batches) {
            long began = System.nanoTime();
            for (int i = 0; i < count; i++) {
                AugmentedBatch batch = batches.next();
                training.step(batch.buffer(), batch.videoIds(), step++, LEARNING_RATE, EMA_DECAY);
                batch.release().run();
            }
            return seconds(began);
        }
    }

    private static void discard(ClipBatches batches, int count) {
        for (int i = 0; i < count; i++) {
            batches.next().release().run();
        }
    }

    private static double viewThreadsMs() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long nanos = 0;
        for (ThreadInfo thread : threads.dumpAllThreads(false, false)) {
            if (thread.getThreadName().startsWith(VIEW_THREADS)) {
                nanos += threads.getThreadCpuTime(thread.getThreadId());
            }
        }
        return nanos / 1e6;
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
