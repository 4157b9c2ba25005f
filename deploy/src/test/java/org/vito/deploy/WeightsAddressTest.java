package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class WeightsAddressTest {
    @TempDir
    private static Path data;

    private static Path checkpoints;

    @BeforeAll
    static void train() {
        TinyRun.write(data, "tiny");
        checkpoints = Checkpoints.directory(data, "tiny");
    }

    @Test
    void aRunMeansItsNewestCheckpoint() {
        assertThat(WeightsAddress.resolve("tiny", data)).isEqualTo(checkpoints.resolve("step-00000007"));
    }

    @Test
    void aRunAndAStep() {
        assertThat(WeightsAddress.resolve("tiny@0", data)).isEqualTo(checkpoints.resolve("step-00000000"));
    }

    @Test
    void aPath() throws Exception {
        Path checkpoint = checkpoints.resolve("step-00000000");
        assertThat(WeightsAddress.resolve(checkpoint.toString(), data)).isEqualTo(checkpoint);
        Path file = checkpoint.resolve("online.safetensors");
        assertThat(WeightsAddress.resolve(file.toString(), data)).isEqualTo(file);
    }

    @Test
    void whatIsNotThereIsToldFromWhatIs() {
        assertThatThrownBy(() -> WeightsAddress.resolve("huge", data))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND))
                .hasMessageContaining("'huge'")
                .hasMessageContaining("tiny");
        assertThatThrownBy(() -> WeightsAddress.resolve("tiny@3", data))
                .hasMessageContaining("'tiny@3'")
                .hasMessageContaining("7, 0");
        assertThatThrownBy(() -> WeightsAddress.resolve("huge", data.resolve("elsewhere")))
                .hasMessageContaining("has no runs");
    }

    @Test
    void aDamagedCheckpointIsRefused() throws Exception {
        TinyRun.write(data, "broken");
        Path damaged = Checkpoints.directory(data, "broken").resolve("step-00000007");
        Path weights = damaged.resolve("online.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        assertThatThrownBy(() -> WeightsAddress.resolve("broken@7", data))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED_CHECKPOINT))
                .hasMessageContaining("online.safetensors");
        assertThat(WeightsAddress.resolve("broken", data)).isEqualTo(damaged.resolveSibling("step-00000000"));
    }
}
