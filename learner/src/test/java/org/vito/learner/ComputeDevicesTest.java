package org.vito.learner;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullUnmarked // JUnit fills the fields
class ComputeDevicesTest {
    @TempDir
    Path directory;

    @Test
    void thereIsADevice() {
        ComputeDevices.Device device = ComputeDevices.first(1);
        assertThat(device.name()).isNotBlank();
        assertThat(device.kind() == ComputeDevices.Kind.GPU)
                .isEqualTo(!ComputeDevices.gpus(1).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "NVIDIA H100 80GB HBM3, 989.4, 494.7",
        "NVIDIA H100 PCIe, 756, 378",
        "NVIDIA H200, 989.4, 494.7",
        "NVIDIA GH200 480GB, 989.4, 494.7",
        "NVIDIA B200, 2250, 1125",
        "NVIDIA A100-SXM4-80GB, 312, 156",
        "NVIDIA A10, 125, 62.5",
        "NVIDIA L4, 121, 60",
        "NVIDIA L40S, 362, 183",
        "Tesla T4, 65, 8.1"
    })
    void peakOfKnownCards(String name, double half, double single) {
        ComputeDevices.Device card = new ComputeDevices.Device(ComputeDevices.Kind.GPU, name);
        assertThat(card.peakFlops(true).getAsDouble()).isEqualTo(half * 1e12);
        assertThat(card.peakFlops(false).getAsDouble()).isEqualTo(single * 1e12);
    }

    @ParameterizedTest
    @CsvSource({"NVIDIA RTX A4000", "NVIDIA GeForce RTX 3090", "NVIDIA A10G"})
    void othersHaveNone(String name) {
        assertThat(new ComputeDevices.Device(ComputeDevices.Kind.GPU, name).peakFlops(true))
                .isEmpty();
        assertThat(new ComputeDevices.Device(ComputeDevices.Kind.CPU, "Xeon A100").peakFlops(true))
                .isEmpty();
    }

    @Test
    void theDriverNamesItsCards() throws Exception {
        for (String bus : List.of("0000:41:00.0", "0000:01:00.0")) {
            Path card = Files.createDirectories(directory.resolve(bus));
            Files.writeString(card.resolve("information"), "Model: \t\t NVIDIA H100 of " + bus + "\nIRQ: 1\n");
        }
        assertThat(ComputeDevices.cards(directory))
                .containsExactly("NVIDIA H100 of 0000:01:00.0", "NVIDIA H100 of 0000:41:00.0");
        assertThat(ComputeDevices.cards(directory.resolve("none"))).isEmpty();
    }

    @Test
    void theFirstObstacleIsNamed() {
        assertThat(sentence(true, false, false, false)).contains("no NVIDIA driver", "-Pgpu");
        assertThat(sentence(true, false, false, true))
                .contains("no NVIDIA driver")
                .doesNotContain("-Pgpu");
        assertThat(sentence(true, true, false, true)).contains("libcuda.so.1 does not load");
        assertThat(sentence(true, false, true, true)).contains("no device /dev/nvidia0");
        assertThat(sentence(true, true, true, false)).contains("CPU build", "VITO_MAVEN_OPTIONS=-Pgpu");
        assertThat(sentence(true, true, true, true, "libcudnn.so.9")).contains("missing: libcudnn.so.9");
        assertThat(sentence(true, true, true, true)).contains("TF_CPP_MIN_LOG_LEVEL=0");
        assertThat(sentence(false, true, true, true)).contains("Linux only");
        assertThat(new GpuObstacles(true, true, true, true, List.of(), "-1").sentence())
                .contains("CUDA_VISIBLE_DEVICES=-1");
    }

    private static String sentence(boolean linux, boolean device, boolean driver, boolean cuda, String... missing) {
        return new GpuObstacles(linux, device, driver, cuda, List.of(missing), "").sentence();
    }
}
