package org.vito.deploy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.vito.augment.Images;
import org.vito.augment.VectorArithmetic;
import org.vito.deploy.Finding.Grade;
import org.vito.learner.ComputeDevices;
import org.vito.learner.TensorFlowLibrary;

/** What the doctor looks at without starting anything: Java, environment, memory, disk, ports, graphics card. */
final class MachineChecks {
    private static final long GIB = 1L << 30;

    private MachineChecks() {}

    static Finding java(Runtime.Version version) {
        String found = "Java " + version + " in " + System.getProperty("java.home");
        int feature = version.feature();
        return feature >= 17 && feature <= 25
                ? Finding.ok("java", found)
                : Finding.warn("java", found + "; tested with 17 to 25, set JAVA_HOME to one of these");
    }

    static Finding oneDnn(String value) {
        return value.equals("1")
                ? Finding.ok("onednn", "TF_ENABLE_ONEDNN_OPTS=1")
                : Finding.warn(
                        "onednn",
                        "TF_ENABLE_ONEDNN_OPTS is not 1: training on CPUs takes about twice as long; start through"
                                + " deploy/vito, or export it");
    }

    static Finding memory() {
        long heap = Runtime.getRuntime().maxMemory();
        long physical =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean m
                        ? m.getTotalMemorySize()
                        : 0;
        String found = "%.1f GiB, of which Java's heap may take %.1f GiB"
                .formatted((double) physical / GIB, (double) heap / GIB);
        if (physical != 0 && physical < 3 * GIB) {
            return Finding.fail("memory", found + "; the whole system needs at least 4 GiB");
        }
        return physical < 6 * GIB
                ? Finding.warn("memory", found + "; 8 GiB are comfortable, run roles on several machines otherwise")
                : Finding.ok("memory", found);
    }

    static Finding processors() {
        int processors = Runtime.getRuntime().availableProcessors();
        return processors >= 2
                ? Finding.ok("processors", String.valueOf(processors))
                : Finding.warn("processors", processors + "; two are the least for which the demo's times hold");
    }

    static Finding disk(Path data) {
        try {
            Path there = data;
            while (!Files.exists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            if (!Files.isWritable(there)) {
                return Finding.fail("disk", there + " cannot be written; choose another directory with --data");
            }
            long free = Files.getFileStore(there).getUsableSpace();
            String found = "%.1f GiB free for %s".formatted((double) free / GIB, data);
            if (free < GIB) {
                return Finding.fail("disk", found + "; the demo needs 1 GiB, a training set a few hundred kB a clip");
            }
            return free < 10 * GIB
                    ? Finding.warn("disk", found + "; a training set takes a few hundred kB a clip")
                    : Finding.ok("disk", found);
        } catch (IOException e) {
            return Finding.fail("disk", data + " cannot be examined: " + e);
        }
    }

    static Finding port(int port) {
        if (port == 0) {
            return Finding.ok("page", "any free port");
        }
        return BrokerIdentity.free(port)
                ? Finding.ok("page", "port " + port + " is free")
                : Finding.warn(
                        "page", "port " + port + " is taken (perhaps by a running VITO); choose another with --port");
    }

    static Finding tensorFlow() {
        try {
            return Finding.ok("tensorflow", TensorFlowLibrary.tryOut() + (gpuBuild() ? ", CUDA build" : ", CPU build"));
        } catch (LinkageError | RuntimeException e) {
            return Finding.fail("tensorflow", notLoaded(e));
        }
    }

    static Finding openCv() {
        byte[] pixel = {(byte) 200, 100, 50};
        try {
            ByteString read = Images.decodeRgb(Images.png(1, 1, pixel)).rgb();
            return Arrays.equals(read.toByteArray(), pixel)
                    ? Finding.ok("opencv", "reads what it has written")
                    : Finding.fail("opencv", "reads another pixel than it has written; see with --verbose");
        } catch (LinkageError | RuntimeException e) {
            return Finding.fail("opencv", notLoaded(e));
        }
    }

    private static String notLoaded(Throwable e) {
        return "does not load: " + Causes.line(Causes.plain(e))
                + "; natives are there for one platform only (the one that built): remove deploy/target and start vito";
    }

    /** Whether training will use a graphics card, and if not, why. */
    static Finding gpu() {
        try {
            List<ComputeDevices.Device> gpus = ComputeDevices.gpus(0);
            if (!gpus.isEmpty()) {
                return Finding.ok(
                        "gpu", gpus.stream().map(ComputeDevices.Device::name).collect(Collectors.joining(", ")));
            }
            String why = ComputeDevices.whyNoGpu();
            return why.contains("no NVIDIA driver")
                    ? Finding.ok("gpu", "none, so that training uses the CPU: " + why)
                    : Finding.warn("gpu", "training uses the CPU: " + why);
        } catch (LinkageError | RuntimeException e) {
            return Finding.fail("gpu", notLoaded(e));
        }
    }

    static List<Finding> all(Path data, int port) {
        return List.of(
                java(Runtime.version()),
                oneDnn(System.getenv().getOrDefault("TF_ENABLE_ONEDNN_OPTS", "")),
                processors(),
                memory(),
                disk(data),
                port(port),
                tensorFlow(),
                gpu(),
                openCv(),
                Finding.ok("views", VectorArithmetic.words()));
    }

    /** The worst grade of {@code findings}. */
    static Grade worst(List<Finding> findings) {
        return findings.stream().map(Finding::grade).reduce(Grade.OK, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    }

    private static boolean gpuBuild() {
        return System.getProperty("java.class.path", "").contains("-gpu.jar");
    }
}
