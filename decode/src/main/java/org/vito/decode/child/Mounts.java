package org.vito.decode.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which mounts a process sees: what two processes see is the same, or each has its own copy, a mount namespace. */
public final class Mounts {
    private static final Path OWN = Path.of("/proc/self/ns/mnt");

    private Mounts() {}

    /** The name of this process's mount namespace, empty where the system has none or does not tell. */
    public static String namespace() {
        try {
            return Files.readSymbolicLink(OWN).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /** Whether this process certainly has mounts other than a process whose namespace is {@code others}. */
    static boolean areOwn(String others) {
        String own = namespace();
        return !own.isEmpty() && !others.isEmpty() && !own.equals(others);
    }
}
