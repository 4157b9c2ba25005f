package org.vito.learner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;
import org.vito.learner.network.FrozenNetwork;

/** Against the counts of method.md, section 10, which fvcore and timm give too. */
class TrainingCostTest {
    private static final double GIGA = 1e9;

    /** Swin's numbers are those of its authors, arXiv 2103.14030, table 1, to two digits. */
    @ParameterizedTest
    @CsvSource({"resnet50, 4.087, 0.0005", "swin_t, 4.5, 0.05", "swin_s, 8.7, 0.05"})
    void backbones(String architecture, double expected, double tolerance) {
        ModelSettings settings = TestSettings.with(
                "vito.learner.model { architecture = %s, pooling.kind = average }".formatted(architecture));
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            assertThat(new FrozenNetwork(tf, settings.network(), TrainingCost.image(tf, 224)).groups())
                    .hasSize(4);
            assertThat(TrainingCost.macs(graph) / GIGA).isCloseTo(expected, within(tolerance));
        }
    }

    @Test
    void stepOfThePaper() {
        ModelSettings paper = TestSettings.with("vito.learner.model.clips = 4096");
        TrainingCost cost = TrainingCost.of(paper);
        assertThat(cost.forwardMacs() / GIGA).isCloseTo(4.087 + 0.411 + 0.0136, within(0.0015));
        double perClip = (double) cost.stepMacs() / paper.clips();
        assertThat((perClip - 12.0 * cost.forwardMacs()) / GIGA).isCloseTo(0.0094, within(0.0001));
        assertThat(cost.flops()).isEqualTo(2.0 * cost.stepMacs());
    }

    @Test
    void averagePoolingTakesNoAttention() {
        ModelSettings average = TestSettings.with(
                "vito.learner.model { clips = 1, views = 2, pooling { kind = average, groups = [4] } }");
        TrainingCost cost = TrainingCost.of(average);
        double projector = 2048.0 * 4096 + 4096 * 256;
        assertThat(cost.forwardMacs() / GIGA).isCloseTo(4.087 + projector / GIGA, within(0.0005));
        // 65.6 GFLOP, method.md: 2 views, each 4 forward passes
        assertThat(cost.flops() / GIGA).isCloseTo(65.6, within(0.2));
    }

    @Test
    void parametersAreThoseOfOneNetwork() {
        TrainingCost cost = TrainingCost.of(TestSettings.with("vito.learner.model.clips = 1"));
        long backbone = 23_508_032;
        long attention = 1024L * 1024 + 1024 + 1024 + 1 + 2048L * 2048 + 2048 + 2048 + 1;
        long projector = 3072L * 4096 + 4096 + 2 * 4096 + 4096L * 256;
        assertThat(List.of(cost.parameters())).containsExactly(backbone + attention + projector);
    }
}
