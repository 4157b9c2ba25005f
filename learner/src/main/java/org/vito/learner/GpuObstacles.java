package org.vito.learner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/**
 * What TensorFlow needs for a GPU, and whether it is here.
 *
 * @param linux whether this is a system for which TensorFlow is built with CUDA
 * @param device whether there is a device file of NVIDIA's driver
 * @param driver whether the driver's library loads
 * @param cudaBuild whether TensorFlow on the class path is built with CUDA
 * @param missing CUDA's libraries that TensorFlow asks for and that do not load
 * @param visible value of {@code CUDA_VISIBLE_DEVICES}, or empty
 */
record GpuObstacles(
        boolean linux, boolean device, boolean driver, boolean cudaBuild, List<String> missing, String visible) {
    private static final String DRIVER = "libcuda.so.1";
    private static final String BUILD = "TensorFlow is its CPU build; build with VITO_MAVEN_OPTIONS=-Pgpu";

    /** What TensorFlow 2.18 loads when it looks for GPUs. */
    private static final List<String> LIBRARIES = List.of(
            "libcudart.so.12",
            "libcublas.so.12",
            "libcublasLt.so.12",
            "libcufft.so.11",
            "libcusolver.so.11",
            "libcusparse.so.12",
            "libcudnn.so.9");

    GpuObstacles {
        missing = List.copyOf(missing);
    }

    /** Looks around on this machine. */
    static GpuObstacles here() {
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
        boolean driver = linux && loads(DRIVER);
        boolean cudaBuild = System.getProperty("java.class.path", "").contains("-gpu.jar");
        List<String> missing = new ArrayList<>();
        if (driver && cudaBuild) {
            LIBRARIES.stream().filter(library -> !loads(library)).forEach(missing::add);
        }
        return new GpuObstacles(
                linux,
                hasDevice(Path.of("/dev")),
                driver,
                cudaBuild,
                missing,
                Objects.requireNonNullElse(System.getenv("CUDA_VISIBLE_DEVICES"), ""));
    }

    /** What stands in the way, the first thing to be mended first. */
    String sentence() {
        if (!linux) {
            return "TensorFlow for Java is built with CUDA for Linux only";
        }
        if (!device && !driver) {
            return "there is no NVIDIA driver here: neither a device /dev/nvidia0 nor the library " + DRIVER
                    + (cudaBuild ? "" : "; besides, " + BUILD);
        }
        if (!driver) {
            return "there is a device of NVIDIA's driver but its library " + DRIVER
                    + " does not load: install the driver's libraries, or start the container with its GPUs";
        }
        if (!device) {
            return "the driver's library " + DRIVER
                    + " is here but no device /dev/nvidia0: start the container with its GPUs";
        }
        if (!cudaBuild) {
            return "there is an NVIDIA driver but " + BUILD;
        }
        if (!missing.isEmpty()) {
            return "libraries of CUDA 12 and cuDNN 9 are missing: " + String.join(", ", missing)
                    + "; install them or put their directories into LD_LIBRARY_PATH";
        }
        return visible.isEmpty()
                ? "driver, build and libraries are here, yet TensorFlow uses none; start with TF_CPP_MIN_LOG_LEVEL=0"
                        + " to read why"
                : "CUDA_VISIBLE_DEVICES=" + visible + " leaves no GPU to be seen";
    }

    private static boolean loads(String library) {
        try {
            Loader.loadGlobal(library);
            return true;
        } catch (LinkageError e) {
            return false;
        }
    }

    private static boolean hasDevice(Path devices) {
        try (Stream<Path> files = Files.list(devices)) {
            return files.map(file -> file.getFileName().toString()).anyMatch(name -> name.matches("nvidia[0-9]+|dxg"));
        } catch (IOException e) {
            return false;
        }
    }
}
