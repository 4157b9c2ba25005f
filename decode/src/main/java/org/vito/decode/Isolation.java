package org.vito.decode;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What stands between a decoder process and the rest of the machine: here, and nowhere else, is decided how such a process
 * is wrapped and what it may know.
 *
 * <p>This is the outer half, around the process; the inner half is what the process takes from itself.
 *
 * @param prefix words before the command, empty where the system offers nothing
 * @param program name of the class that runs in the process
 */
record Isolation(List<String> prefix, String program) {
    private static final long PROBE_SECONDS = 3;

    // A network namespace of its own leaves a process without any network, and one of mounts lets it make all file
    // systems read-only for itself. Root may make them as it is; others need a user namespace around them, which some
    // systems forbid. `unshare` replaces itself by the command, so the process id stays.
    private static final List<List<String>> NAMESPACES = List.of(
            List.of("unshare", "--net", "--mount", "--propagation", "slave"),
            List.of("unshare", "--map-root-user", "--net", "--mount", "--propagation", "slave"),
            List.of("unshare", "--net"),
            List.of("unshare", "--map-root-user", "--net"));

    // Ctrl-C and a service manager signal the whole process group. A decoder process that died of it would look like
    // one that its video had killed, so it ignores these signals (the JVM leaves an ignored signal ignored) and ends
    // when its input does, or by SIGKILL.
    private static final List<String> DEAF_TO_SIGNALS = List.of("sh", "-c", "trap '' HUP INT TERM; exec \"$@\"", "sh");

    // Credentials often live in the environment; a decoder process is told only what the JVM and the loader need.
    private static final Set<String> ENVIRONMENT =
            Set.of("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH");

    /** The strongest wrapping that works on this system. */
    static Isolation probe(boolean wanted, String program) {
        List<String> deaf = works(DEAF_TO_SIGNALS) ? DEAF_TO_SIGNALS : List.of();
        if (wanted) {
            for (List<String> prefix : NAMESPACES) {
                if (works(prefix)) {
                    return new Isolation(
                            Stream.concat(deaf.stream(), prefix.stream()).toList(), program);
                }
            }
        }
        return new Isolation(deaf, program);
    }

    private static boolean works(List<String> prefix) {
        try {
            Process process = new ProcessBuilder()
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .command(Stream.concat(prefix.stream(), Stream.of("true")).toList())
                    .start();
            boolean ended = process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Leaves in {@code environment} only what a decoder process needs, and one thread for OpenBLAS, which comes with OpenCV. */
    void restrict(Map<String, String> environment) {
        environment.keySet().retainAll(ENVIRONMENT);
        environment.put("OPENBLAS_NUM_THREADS", "1");
    }
}
