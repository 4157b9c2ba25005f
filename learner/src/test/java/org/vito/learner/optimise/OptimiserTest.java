package org.vito.learner.optimise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;

/** SGD and AdamW against {@code torch.optim} in 64 bits: a weight after steps 1, 2 and 5. */
class OptimiserTest {
    private static final String MATRIX = "layer.weight";

    private static Optimiser optimiser(String settings) {
        return Optimiser.from(Settings.at(
                ConfigFactory.parseString("vito.learner.optimiser { " + settings + " }")
                        .withFallback(ConfigFactory.load()),
                "vito.learner"));
    }

    static Stream<Arguments> torch() {
        return Stream.of(
                Arguments.of(
                        "kind = sgd, weight-decay = 0.01",
                        new double[] {2.837000000, 4.076000000, -1.059000000, -0.008012000},
                        new double[] {2.530723000, 4.218044000, -1.171631000, -0.026974728},
                        new double[] {0.961813671, 4.927756167, -1.792089085, -0.127745367}),
                Arguments.of(
                        "kind = sgd, weight-decay = 0.01, momentum = 0",
                        new double[] {2.837000000, 4.076000000, -1.059000000, -0.008012000},
                        new double[] {2.677423000, 4.149644000, -1.118531000, -0.017963928},
                        new double[] {2.218518686, 4.357159110, -1.300358005, -0.047462874}),
                Arguments.of(
                        "kind = sgd, weight-decay = 0.01, nesterov = true",
                        new double[] {2.690300000, 4.144400000, -1.112100000, -0.017022800},
                        new double[] {2.260927030, 4.341854840, -1.273906910, -0.043938460},
                        new double[] {0.483150124, 5.125846790, -2.029891247, -0.162424033}),
                Arguments.of(
                        "kind = sgd, weight-decay = 0, nesterov = true",
                        new double[] {2.696000000, 4.152000000, -1.114000000, -0.017019000},
                        new double[] {2.273952000, 4.360136000, -1.278766000, -0.043965420},
                        new double[] {0.519248111, 5.190040123, -2.051591178, -0.163064466}),
                Arguments.of(
                        "kind = adamw, weight-decay = 0.05",
                        new double[] {2.885000001, 4.079999999, -1.094999998, -0.098009990},
                        new double[] {2.770615362, 4.159509025, -1.189562857, -0.197353628},
                        new double[] {2.431396597, 4.394468144, -1.470887662, -0.490154727}),
                Arguments.of(
                        "kind = adamw, weight-decay = 0",
                        new double[] {2.900000001, 4.099999999, -1.099999998, -0.097999990},
                        new double[] {2.800034765, 4.199882149, -1.200039664, -0.197833698},
                        new double[] {2.500586155, 4.497946126, -1.500648678, -0.495048017}),
                Arguments.of(
                        "kind = adamw, weight-decay = 0.05, beta1 = 0.8, beta2 = 0.95, epsilon = 0.1",
                        new double[] {2.890882353, 4.068888889, -1.080714286, -0.048034988},
                        new double[] {2.782406585, 4.137194893, -1.161156321, -0.097441566},
                        new double[] {2.461183753, 4.337886872, -1.401154550, -0.241497878}));
    }

    @ParameterizedTest
    @MethodSource("torch")
    void stepsAreThoseOfTorch(String settings, double[] first, double[] second, double[] fifth) {
        try (SteppedParameter stepped = new SteppedParameter(optimiser(settings), MATRIX, 2L, 2L)) {
            List<double[]> after = stepped.steps(5);
            assertThat(after.get(0)).containsExactly(first, within(1e-6));
            assertThat(after.get(1)).containsExactly(second, within(1e-6));
            assertThat(after.get(4)).containsExactly(fifth, within(1.5e-6));
        }
    }

    static Stream<Arguments> exclusions() {
        return Stream.of("kind = sgd", "kind = adamw", "kind = lars, trust = 0.01")
                .flatMap(kind -> Stream.of(
                        Arguments.of(kind, "", "layer.bias", new Long[] {4L}, true),
                        Arguments.of(kind, "exclude.vectors = false", "layer.bias", new Long[] {4L}, false),
                        Arguments.of(kind, "", "a.relative_position_bias_table", new Long[] {2L, 2L}, true),
                        Arguments.of(
                                kind,
                                "exclude.position-tables = false",
                                "a.relative_position_bias_table",
                                new Long[] {2L, 2L},
                                false),
                        Arguments.of(kind, "", MATRIX, new Long[] {2L, 2L}, false)));
    }

    @ParameterizedTest
    @MethodSource("exclusions")
    void excludedParametersDoNotDecay(String kind, String exclude, String name, Long[] shape, boolean excluded) {
        double[] with = last(kind + ", weight-decay = 0.5, " + exclude, name, shape);
        double[] without = last(kind + ", weight-decay = 0, " + exclude, name, shape);
        if (excluded) {
            assertThat(with).containsExactly(without);
        } else {
            assertThat(with).isNotEqualTo(without);
        }
    }

    @ParameterizedTest
    @MethodSource("exclusions")
    void excludedParametersHaveNoTrustRatio(String kind, String exclude, String name, Long[] shape, boolean excluded) {
        if (kind.startsWith("kind = lars")) {
            String settings = "kind = lars, weight-decay = 0, trust = %s, " + exclude;
            double[] more = last(settings.formatted("0.02"), name, shape);
            double[] less = last(settings.formatted("0.01"), name, shape);
            if (excluded) {
                assertThat(more).containsExactly(less);
            } else {
                assertThat(more).isNotEqualTo(less);
            }
        }
    }

    private static double[] last(String settings, String name, Long[] shape) {
        try (SteppedParameter stepped = new SteppedParameter(optimiser(settings), name, shape)) {
            return stepped.steps(3).get(2);
        }
    }

    static Stream<String> kinds() {
        return Stream.of("kind = lars, trust = 0.01", "kind = sgd, nesterov = true", "kind = adamw");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void restoredStateStepsOnToTheBit(String settings, @TempDir Path directory) {
        try (SteppedParameter whole = new SteppedParameter(optimiser(settings), MATRIX, 2L, 2L);
                SteppedParameter broken = new SteppedParameter(optimiser(settings), MATRIX, 2L, 2L)) {
            whole.steps(7);
            whole.save(directory);
            List<double[]> onward = whole.steps(3);
            broken.steps(1);
            broken.restore(directory);
            List<double[]> resumed = broken.steps(3);
            for (int i = 0; i < 3; i++) {
                assertThat(resumed.get(i)).containsExactly(onward.get(i));
            }
        }
    }

    @Test
    void unusableValuesAreRefusedByKey() {
        assertThatThrownBy(() -> optimiser("kind = adam"))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("vito.learner.optimiser.kind")
                .hasMessageContaining("one of lars, sgd, adamw");
        assertThatThrownBy(() -> optimiser("kind = adamw, beta2 = 1"))
                .hasMessageContaining("vito.learner.optimiser.beta2");
        assertThatThrownBy(() -> optimiser("kind = adamw, epsilon = 0"))
                .hasMessageContaining("vito.learner.optimiser.epsilon");
    }
}
