package org.vito.learner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.vito.learner.model.DeviceList;

/** What TensorFlow computes on here, and why not on a graphics card. */
public final class ComputeDevices {
    private static final Path DRIVER_CARDS = Path.of("/proc/driver/nvidia/gpus");
    private static final String MODEL = "Model:";

    /**
     * Teraflops of dense products in half precision and, in TensorFlow's default of TF32 where the card has it, in single
     * precision, by words of the card's name: NVIDIA's data sheets. The first that fits counts.
     */
    private static final Map<String, double[]> TERAFLOPS = teraflops();

    private ComputeDevices() {}

    /** A device. */
    public record Device(Kind kind, String name) {
        /**
         * Floating-point operations a second that a GPU can do at most, if it is a known one.
         *
         * @param half in bfloat16 or float16 rather than float32
         */
        public OptionalDouble peakFlops(boolean half) {
            return kind == Kind.CPU
                    ? OptionalDouble.empty()
                    : TERAFLOPS.entrySet().stream()
                            .filter(known -> name.matches("(.*[ -])?" + known.getKey() + "([ -].*)?"))
                            .mapToDouble(known -> known.getValue()[half ? 0 : 1] * 1e12)
                            .findFirst();
        }
    }

    /** Kind of device. */
    public enum Kind {
        CPU,
        GPU
    }

    /**
     * The device that networks run on: the first GPU, or the CPU if TensorFlow sees none.
     *
     * @param threads of TensorFlow, as in {@code vito.learner.model.threads}: the first use in a process decides their number
     */
    public static Device first(int threads) {
        List<Device> gpus = gpus(threads);
        return gpus.isEmpty() ? cpu() : gpus.get(0);
    }

    /** The GPUs that TensorFlow sees; {@code threads} as in {@link #first}. */
    public static List<Device> gpus(int threads) {
        List<String> names = cards(DRIVER_CARDS);
        List<Device> gpus = new ArrayList<>();
        for (DeviceList.Entry entry : DeviceList.all(threads)) {
            if (entry.type().equals("GPU")) {
                int index = gpus.size();
                gpus.add(new Device(Kind.GPU, index < names.size() ? names.get(index) : entry.name()));
            }
        }
        return List.copyOf(gpus);
    }

    /** One sentence: why TensorFlow sees no GPU, and what to do. To be asked only if {@link #gpus} is empty. */
    public static String whyNoGpu() {
        return GpuObstacles.here().sentence();
    }

    private static Device cpu() {
        String model = "CPU";
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            model = lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse(model);
        } catch (IOException e) {
            model = System.getProperty("os.arch", model);
        }
        return new Device(Kind.CPU, model);
    }

    /** The names of the cards, as the driver tells them, in the order of their bus addresses. */
    static List<String> cards(Path driver) {
        if (!Files.isDirectory(driver)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try (Stream<Path> directories = Files.list(driver)) {
            for (Path card : directories.sorted().toList()) {
                Files.readAllLines(card.resolve("information")).stream()
                        .filter(line -> line.startsWith(MODEL))
                        .forEach(
                                line -> names.add(line.substring(MODEL.length()).strip()));
            }
        } catch (IOException e) {
            return List.of();
        }
        return names;
    }

    private static Map<String, double[]> teraflops() {
        Map<String, double[]> known = new LinkedHashMap<>();
        known.put("G?B200", new double[] {2250, 1125});
        known.put("H200", new double[] {989.4, 494.7});
        known.put("GH200", new double[] {989.4, 494.7});
        known.put("H100 PCIe", new double[] {756, 378});
        known.put("H100 NVL", new double[] {835, 417.5});
        known.put("H100", new double[] {989.4, 494.7});
        known.put("A100", new double[] {312, 156});
        known.put("A40", new double[] {149.7, 74.8});
        known.put("A30", new double[] {165, 82});
        known.put("A10", new double[] {125, 62.5});
        known.put("L40S", new double[] {362, 183});
        known.put("L40", new double[] {181, 90.5});
        known.put("L4", new double[] {121, 60});
        known.put("V100", new double[] {125, 15.7});
        known.put("T4", new double[] {65, 8.1});
        return known;
    }
}
