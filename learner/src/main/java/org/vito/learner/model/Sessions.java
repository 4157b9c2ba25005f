package org.vito.learner.model;

import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

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

    /** How sessions are set up; {@code threads} as of {@link #open}. */
    public static ConfigProto config(int threads) {
        return ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(threads)
                .setInterOpParallelismThreads(threads)
                .setUsePerSessionThreads(true)
                .setAllowSoftPlacement(true)
                .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
                .build();
    }
}
