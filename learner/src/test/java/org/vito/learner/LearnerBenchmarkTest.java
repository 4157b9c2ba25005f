package org.vito.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

@NullUnmarked // JUnit fills the fields
class LearnerBenchmarkTest {
    @TempDir
    Path directory;

    private final List<Double> losses = new ArrayList<>();
    private long parameters;

    private final LearnerBenchmark.Listener listener = new LearnerBenchmark.Listener() {
        @Override
        public void built(long count) {
            parameters = count;
        }

        @Override
        public void step(int step, double ms, double loss) {
            losses.add(loss);
            assertThat(step).isEqualTo(losses.size());
        }
    };

    private static LearnerSettings tiny() {
        return LearnerSettings.from(ConfigFactory.parseString(
                        """
                        vito.learner.model {
                          architecture = tiny, block = bottleneck, depths = [1, 1, 1, 1], width = 4
                          projector { hidden = 32, output = 8 }
                          views = 3, clips = 4, size = 32, threads = 1
                        }
                        """)
                .withFallback(ConfigFactory.defaultReference())
                .resolve());
    }

    @Test
    void countsTheStepsThatCount() {
        LearnerBenchmark.Result result =
                LearnerBenchmark.run(tiny(), new LearnerBenchmark.Plan(2, 3, Optional.empty()), listener);
        assertThat(losses).hasSize(5);
        assertThat(losses.get(1)).as("weights move").isNotEqualTo(losses.get(0));
        assertThat(result.lastLoss()).isEqualTo(losses.get(4)).isFinite();
        assertThat(result.leastMs()).isPositive().isLessThanOrEqualTo(result.medianMs());
        assertThat(result.processorMs()).isPositive();
        assertThat(result.parameters()).isEqualTo(parameters).isPositive();
        assertThat(result.flopsPerStep()).isPositive();
        assertThat(result.device().name()).isNotBlank();
        if (System.getProperty("os.name").equals("Linux")) {
            assertThat(result.peakResidentBytes().getAsLong()).isGreaterThan(50L << 20);
        }
    }

    @Test
    void aTraceNamesWhatTookTheTime() throws Exception {
        Path trace = directory.resolve("trace.txt");
        LearnerBenchmark.run(tiny(), new LearnerBenchmark.Plan(0, 1, Optional.of(trace)), listener);
        assertThat(Files.readString(trace)).contains("Conv2DBackpropFilter", "FusedBatchNormV3", "kind of operation");
    }

    @Test
    void aTraceThatCannotBeWrittenIsNamed() {
        Path nowhere = directory.resolve("no/trace.txt");
        assertThatThrownBy(() ->
                        LearnerBenchmark.run(tiny(), new LearnerBenchmark.Plan(0, 1, Optional.of(nowhere)), listener))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.STORAGE))
                .hasMessageContaining(nowhere.toString());
    }
}
