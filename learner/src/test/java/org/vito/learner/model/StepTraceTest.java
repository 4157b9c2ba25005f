package org.vito.learner.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tensorflow.proto.NodeExecStats;

/** Names as TensorFlow gave them on a processor and on a graphics card. */
class StepTraceTest {
    @Test
    void kindsOfOperations() {
        assertThat(kind("online/Conv2d_3", "online/Conv2d_3 = Conv2D(online/Pad, online/Cast:0)"))
                .isEqualTo("Conv2D");
        assertThat(kind("gradients/Conv2DBackpropFilter_52:Conv2DBackpropFilter", ""))
                .isEqualTo("Conv2DBackpropFilter");
        assertThat(kind("something", "")).isEqualTo("(other)");
    }

    private static String kind(String name, String label) {
        return StepTrace.kind(NodeExecStats.newBuilder()
                .setNodeName(name)
                .setTimelineLabel(label)
                .build());
    }
}
