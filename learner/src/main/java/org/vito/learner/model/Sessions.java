package org.vito.learner.model;

import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;

/** Opens sessions. */
public final class Sessions {
    /** The computer's own processor, wherever the rest of a graph is. */
    static final DeviceSpec CPU = DeviceSpec.newBuilder()
            .deviceType(DeviceSpec.DeviceType.CPU)
            .deviceIndex(0)
            .build();

    private Sessions() {}

    /**
     * A session that takes no more GPU memory than it needs.
     *
     * @param threads for one operation, and for operations side by side; 0 = as many as there are cores. The number for one
     *     operation is the process's: the first session of a process decides it.
     */
    public static Session open(Graph graph, int threads) {
        return new Session(graph, config(threads));
    }

    /** How sessions are set up in which a network is trained. */
    public static ConfigProto config(ModelSettings settings) {
        ConfigProto config = config(settings.threads());
        if (!settings.xla()) {
            return config;
        }
        OptimizerOptions compile = OptimizerOptions.newBuilder()
                .setGlobalJitLevel(OptimizerOptions.GlobalJitLevel.ON_2)
                .setCpuGlobalJit(true)
                .build();
        return config.toBuilder()
                .setGraphOptions(GraphOptions.newBuilder().setOptimizerOptions(compile))
                .build();
    }

    /** How sessions are set up; {@code threads} as of {@link #open}. */
    static ConfigProto config(int threads) {
        return ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(threads)
                .setInterOpParallelismThreads(threads)
                .setUsePerSessionThreads(true)
                .setAllowSoftPlacement(true)
                .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
                .build();
    }
}
