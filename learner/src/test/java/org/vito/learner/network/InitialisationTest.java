package org.vito.learner.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;

class InitialisationTest {
    @Test
    void weightsAreTruncatedNormalByFanIn() {
        try (Graph graph = new Graph()) {
            Variables variables = new Variables(Ops.create(graph));
            Variable filter = variables.declare("conv.weight", Variable.Kind.WEIGHT, 64L, 25L, 3L, 3L);
            float[] values = drawn(filter, 1);
            double deviation = 1 / Math.sqrt(25 * 9);
            double sum = 0;
            double squares = 0;
            for (float value : values) {
                assertThat((double) Math.abs(value)).isLessThanOrEqualTo(2 * deviation * (1 + 1e-6));
                sum += value;
                squares += (double) value * value;
            }
            // A normal cut at two deviations has 0.8796 of the deviation.
            assertThat(Math.sqrt(squares / values.length)).isCloseTo(0.8796 * deviation, within(0.02 * deviation));
            assertThat(sum / values.length).isCloseTo(0, within(0.03 * deviation));
            assertThat(drawn(filter, 1)).isEqualTo(values);
            assertThat(drawn(filter, 2)).isNotEqualTo(values);
        }
    }

    @Test
    void filtersSurviveTheirTwoLayouts() {
        float[] file = new float[2 * 3 * 2 * 2];
        for (int i = 0; i < file.length; i++) {
            file[i] = i;
        }
        var oihw = List.of(2L, 3L, 2L, 2L);
        float[] graph = FilterLayout.toGraph(file, oihw);
        // Output 1, input 2, row 1, column 0: (1·3 + 2)·4 + 2 in files, ((1·2 + 0)·3 + 2)·2 + 1 in graphs.
        assertThat(graph[17]).isEqualTo(file[22]);
        assertThat(FilterLayout.graphIndex(22, oihw)).isEqualTo(17);
        assertThat(FilterLayout.toFile(graph, oihw)).isEqualTo(file);
    }

    private static float[] drawn(Variable variable, long seed) {
        float[] values = new float[Math.toIntExact(variable.size())];
        Initialisation.draw(variable, seed, (i, value) -> values[i] = value);
        return values;
    }
}
