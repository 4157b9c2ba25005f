package org.vito.learner;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.vito.learner.model.ModelSettings;
import org.vito.learner.model.TrainingCost;
import org.vito.learner.model.TrainingModel;
import org.vito.learner.network.Precision;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Times training steps on a batch that lies in memory: what the network costs where data never runs short. */
public final class LearnerBenchmark {
    private static final double LEARNING_RATE = 0.1;
    private static final double EMA_DECAY = 0.99;

    private LearnerBenchmark() {}

    /**
     * What is to be done.
     *
     * @param warmUp steps before those that count, 0 or more
     * @param steps that count, 1 or more
     * @param trace where to write one more step by its operations' time, as tables, if anywhere
     */
    public record Plan(int warmUp, int steps, Optional<Path> trace) {
        public Plan {
            if (warmUp < 0 || steps < 1) {
                throw new IllegalArgumentException(warmUp + " steps of warm-up and " + steps + " that count");
            }
        }
    }

    /** Is told how far the benchmark is. */
    public interface Listener {
        /** The network is there; it has so many parameters. */
        void built(long parameters);

        /** Step {@code step}, counted from 1, warm-up included, took {@code ms}. */
        void step(int step, double ms, double loss);
    }

    /**
     * What was measured.
     *
     * @param device that did the arithmetic
     * @param parameters of one of the two networks
     * @param medianMs of a step
     * @param leastMs of a step
     * @param processorMs of all threads together, in a step
     * @param flopsPerStep that the method asks for, see {@link TrainingCost}
     * @param shareOfPeak of the device's arithmetic in the median step, where its peak is known
     * @param peakResidentBytes most memory that this process has had resident, where the system tells
     * @param lastLoss of the last step
     */
    public record Result(
            ComputeDevices.Device device,
            long parameters,
            double medianMs,
            double leastMs,
            double processorMs,
            double flopsPerStep,
            OptionalDouble shareOfPeak,
            OptionalLong peakResidentBytes,
            double lastLoss) {}

    /**
     * Runs the benchmark with the network, batch and threads of {@code settings}.
     *
     * @throws VitoException STORAGE if the trace cannot be written
     */
    public static Result run(LearnerSettings settings, Plan plan, Listener listener) {
        ModelSettings model = settings.model();
        TrainingCost cost = TrainingCost.of(model);
        try (TrainingModel training = TrainingModel.create(model, 0)) {
            listener.built(cost.parameters());
            fill(training.inputBuffers(1).get(0));
            int[] videos = IntStream.range(0, model.clips()).toArray();
            double[] ms = new double[plan.steps()];
            double loss = Double.NaN;
            long processorBefore = 0;
            for (int i = -plan.warmUp(); i < ms.length; i++) {
                processorBefore = i == 0 ? processorNanos() : processorBefore;
                long start = System.nanoTime();
                loss = training.step(0, videos, i, LEARNING_RATE, EMA_DECAY).loss();
                double took = (System.nanoTime() - start) / 1e6;
                if (i >= 0) {
                    ms[i] = took;
                }
                listener.step(plan.warmUp() + i + 1, took, loss);
            }
            double processorMs = (processorNanos() - processorBefore) / 1e6 / ms.length;
            if (plan.trace().isPresent()) {
                write(
                        plan.trace().get(),
                        training.trace(0, videos, 0, LEARNING_RATE, EMA_DECAY).table());
            }
            Arrays.sort(ms);
            double median = ms[ms.length / 2];
            ComputeDevices.Device device = ComputeDevices.first(model.threads());
            OptionalDouble peak = device.peakFlops(model.precision() != Precision.FLOAT32);
            return new Result(
                    device,
                    cost.parameters(),
                    median,
                    ms[0],
                    processorMs,
                    cost.flops(),
                    peak.isPresent()
                            ? OptionalDouble.of(cost.flops() / (median / 1e3) / peak.getAsDouble())
                            : OptionalDouble.empty(),
                    peakResidentBytes(),
                    loss);
        }
    }

    private static void fill(ByteBuffer batch) {
        CounterRandom random = CounterRandom.of(0, "benchmark", 0, 0);
        while (batch.remaining() >= Long.BYTES) {
            batch.putLong(random.nextLong());
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + file + ": " + e, e);
        }
    }

    /** Nanoseconds that all threads of this process have run; tells more than the clock where others share the cores. */
    private static long processorNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    /** The high-water mark of this process's resident memory, as Linux counts it. */
    private static OptionalLong peakResidentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst();
        } catch (IOException e) { // not Linux
            return OptionalLong.empty();
        }
    }
}
