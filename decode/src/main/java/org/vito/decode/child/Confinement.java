package org.vito.decode.child;

import com.sun.jna.LastErrorException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vito.decode.child.v1.Protection;

/**
 * How a decoder process ties its own hands, after its libraries are loaded and before it sees the first byte of a video: the
 * inner half of what keeps a broken or hostile video from the rest of the machine (the outer half is how the parent starts
 * the process). Every protection is tried; what the system refuses is left out and told.
 *
 * <p>Limits on memory and processor time are meant for videos that are broken or bombs. A video that takes the process over
 * is held by the filter of system calls, by the parent's clock and by the count of bytes that the parent accepts.
 */
final class Confinement {
    static final String NETWORK = "network";
    static final String FILES = "files";
    static final String SYSTEM_CALLS = "system calls";
    static final String MEMORY = "memory";
    static final String CPU = "cpu time";

    private static final String NOT_LINUX = "only on Linux; the wall clock and the guard of resident memory remain";

    private static final String NO_WAY_OUT = "no way out (network namespace)";

    private final @Nullable Kernel kernel;
    private final List<Protection> protections = new ArrayList<>();

    private Confinement(@Nullable Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * What is to be done, by the parent's words.
     *
     * @param memoryBytes most private memory
     * @param isolate whether files are to be closed
     * @param exempt why system calls are not to be closed although the rest is; empty if they are
     * @param mounts the parent's mount namespace, empty if it does not know: files are only made read-only in another one
     */
    record Orders(long memoryBytes, boolean isolate, String exempt, String mounts) {}

    /** Applies all there is to this process, for ever. */
    static Confinement apply(Orders orders) {
        if (!Kernel.isLinux()) {
            Confinement none = new Confinement(null);
            List.of(NETWORK, FILES, SYSTEM_CALLS, MEMORY, CPU).forEach(name -> none.tell(name, false, NOT_LINUX));
            return none;
        }
        Confinement confinement;
        try {
            confinement = new Confinement(Kernel.load());
        } catch (LinkageError e) {
            Confinement none = new Confinement(null);
            String why =
                    "the C library cannot be called (" + e.getMessage() + "): make the temporary directory executable";
            List.of(NETWORK, FILES, SYSTEM_CALLS, MEMORY, CPU).forEach(name -> none.tell(name, false, why));
            return none;
        }
        confinement.tie(confinement.kernel(), orders);
        return confinement;
    }

    private void tie(Kernel k, Orders orders) {
        attempt(MEMORY, "at most %d MiB (RLIMIT_DATA)".formatted(orders.memoryBytes() >> 20), () -> {
            k.limit(Kernel.CORE, 0, true); // a core dump is a file, and as large as the memory
            k.limit(Kernel.DATA, MemoryGuard.privateBytes(orders.memoryBytes()), true);
        });
        attempt(
                CPU,
                "limited for each request (RLIMIT_CPU)",
                () -> k.limit(Kernel.CPU_SECONDS, Kernel.UNLIMITED, false));
        boolean ownNamespace = !k.reachesNetwork();
        if (!orders.isolate()) {
            String why = "not wanted: set vito.decode.child.isolate = true";
            tell(SYSTEM_CALLS, false, why);
            tell(NETWORK, ownNamespace, ownNamespace ? NO_WAY_OUT : why);
            tell(FILES, false, why);
            return;
        }
        boolean readOnly = Mounts.areOwn(orders.mounts()) && succeeds(k::readOnlyMounts);
        boolean noBytes = orders.exempt().isEmpty() && succeeds(() -> k.limit(Kernel.FILE_SIZE, 0, true));
        boolean filtered = filter(k, orders.exempt());
        boolean reaches = k.reachesNetwork();
        tell(
                NETWORK,
                !reaches,
                reaches
                        ? "it can be reached: allow seccomp or user namespaces (kernel.unprivileged_userns_clone,"
                                + " a container's seccomp profile), or take the network from the container"
                        : means(ownNamespace, NO_WAY_OUT, filtered, "no sockets (seccomp)"));
        boolean writes = k.canWrite(scratch());
        tell(
                FILES,
                !writes,
                writes
                        ? "they can be written: allow user namespaces or seccomp, or make the container's file systems"
                                + " read-only"
                        : means(
                                readOnly,
                                "all read-only (mount namespace)",
                                filtered,
                                "none opened to write (seccomp)",
                                noBytes,
                                "no byte written (RLIMIT_FSIZE)"));
    }

    private boolean filter(Kernel k, String exempt) {
        if (!exempt.isEmpty()) {
            tell(SYSTEM_CALLS, false, exempt);
            return false;
        }
        return attempt(SYSTEM_CALLS, "only what decoding needs (seccomp)", () -> {
            SystemCall.Architecture architecture = Kernel.architecture();
            if (architecture == null) {
                throw new IllegalStateException("the filter is written for x86-64 and arm64");
            }
            k.noNewPrivileges();
            k.filter(
                    SystemCallFilter.decoding(
                            architecture, (int) ProcessHandle.current().pid()),
                    architecture);
        });
    }

    private static String scratch() {
        return Path.of(System.getProperty("java.io.tmpdir"), "vito-probe-" + UUID.randomUUID())
                .toString();
    }

    /** The words of those means that are true. */
    private static String means(Object... trueAndWords) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < trueAndWords.length; i += 2) {
            if (Boolean.TRUE.equals(trueAndWords[i])) {
                words.add((String) trueAndWords[i + 1]);
            }
        }
        return words.isEmpty() ? "as the system has it" : String.join(", ", words);
    }

    private boolean attempt(String name, String means, Runnable action) {
        try {
            action.run();
            tell(name, true, means);
            return true;
        } catch (LastErrorException | IllegalStateException e) {
            tell(name, false, "refused by the system: " + e.getMessage());
            return false;
        }
    }

    private static boolean succeeds(Runnable action) {
        try {
            action.run();
            return true;
        } catch (LastErrorException e) {
            return false;
        }
    }

    private void tell(String name, boolean active, String detail) {
        protections.add(Protection.newBuilder()
                .setName(name)
                .setActive(active)
                .setDetail(detail)
                .build());
    }

    /** From now on the process may spend {@code seconds} of processor time; then the system ends it by SIGXCPU. */
    void allowCpu(long seconds) {
        if (kernel != null) {
            kernel.limit(Kernel.CPU_SECONDS, kernel.cpuSeconds() + seconds, false);
        }
    }

    /** What was tried, and what came of it. */
    List<Protection> protections() {
        return List.copyOf(protections);
    }

    private Kernel kernel() {
        if (kernel == null) {
            throw new IllegalStateException("no kernel to ask");
        }
        return kernel;
    }
}
