package org.vito.learner.model;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Times training steps: {@code StepBenchmark preset clips size threads steps}, a preset being {@code paper} or {@code
 * small}. Prints milliseconds of the median and the fastest step and the processor's time.
 */
final class StepBenchmark {
    private static final int WARM_UP = 3;

    private StepBenchmark() {}

    public static void main(String[] args) {
        int clips = Integer.parseInt(args[1]);
        ModelSettings settings = TestSettings.with(
                """
                include classpath("presets/%s.conf")
                vito.learner.model { clips = %d, size = %s, threads = %s }
                """
                        .formatted(args[0], clips, args[2], args[3]));
        try (TrainingModel model = TrainingModel.create(settings, 0)) {
            StepArithmeticTest.fill(model.inputBuffers(1).get(0));
            int[] videos = IntStream.range(0, clips).toArray();
            double[] ms = new double[Integer.parseInt(args[4])];
            long before = 0;
            for (int i = -WARM_UP; i < ms.length; i++) {
                before = i == 0 ? processorTime() : before;
                long start = System.nanoTime();
                double loss = model.step(0, videos, i, 0.1, 0.99).loss();
                double took = (System.nanoTime() - start) / 1e6;
                if (i < 0) {
                    System.out.printf("warm-up %.0f ms, loss %.4f%n", took, loss);
                } else {
                    ms[i] = took;
                }
            }
            Arrays.sort(ms);
            System.out.printf(
                    "median %.1f ms, fastest %.1f ms, %.1f ms of processor time a step%n",
                    ms[ms.length / 2], ms[0], (processorTime() - before) / 1e6 / ms.length);
        }
    }

    /** Nanoseconds that all threads of this process have run; tells more than the clock where others share the cores. */
    private static long processorTime() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
}
