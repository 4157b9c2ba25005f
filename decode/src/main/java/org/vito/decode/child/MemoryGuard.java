package org.vito.decode.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends the process when its resident memory grows past a limit. A limit of the system's would do it better and can be added
 * from outside; this one needs no rights. Where the system does not tell the size there is no guard.
 */
public final class MemoryGuard implements Runnable {
    /** Exit status of a process that outgrew its memory. */
    public static final int TOO_MUCH_MEMORY = 71;

    private static final Path STATM = Path.of("/proc/self/statm");
    private static final long EVERY_NANOS = 100_000_000;
    private static final int PAGE = 4096;
    private static final int RESIDENT = 1; // fields of statm
    private static final int DATA = 5;
    private static final long READ_LATER_BYTES = 8 << 20; // of libraries, about

    private final long limitBytes;

    /** Made before system calls are taken away: what reads files cannot be loaded after that. */
    MemoryGuard(long limitBytes) {
        this.limitBytes = limitBytes;
        residentBytes();
    }

    @Override
    public void run() {
        while (Files.exists(STATM)) {
            LockSupport.parkNanos(EVERY_NANOS);
            long resident = residentBytes();
            if (resident > limitBytes) {
                System.err.printf("decoder process: %d bytes resident, %d allowed%n", resident, limitBytes);
                Runtime.getRuntime().halt(TOO_MUCH_MEMORY);
            }
        }
    }

    /**
     * Private memory, as the system counts it, up to which resident memory stays below {@code limitBytes}. The system counts
     * what is set aside and never touched, as OpenBLAS does by the hundred megabytes, and does not count what is read of libraries.
     */
    static long privateBytes(long limitBytes) {
        return limitBytes - bytes(RESIDENT) + bytes(DATA) - READ_LATER_BYTES;
    }

    private static long residentBytes() {
        return bytes(RESIDENT);
    }

    private static long bytes(int field) {
        try {
            return Long.parseLong(Files.readString(STATM).split(" ", -1)[field]) * PAGE;
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
