package org.vito.decode.child;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.vito.decode.child.SystemCall.Architecture;

/** The few calls to Linux by which a process ties its own hands. Elsewhere there is none of them. */
final class Kernel {
    static final int CPU_SECONDS = 0; // RLIMIT_CPU
    static final int FILE_SIZE = 1; // RLIMIT_FSIZE
    static final int DATA = 2; // RLIMIT_DATA: private memory that can be written, since Linux 4.7 that of mmap too
    static final int CORE = 4; // RLIMIT_CORE
    static final long UNLIMITED = -1;

    static final int EPERM = 1;
    static final int ENOSYS = 38;
    static final int ENETUNREACH = 101;

    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SYS_MOUNT_SETATTR = 442; // on every architecture
    private static final int AT_FDCWD = -100;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int MOUNT_ATTR_RDONLY = 1;
    private static final int MOUNT_ATTR_BYTES = 32;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int SECCOMP_FILTER_FLAG_TSYNC = 1; // all threads of the process, whenever they were started
    private static final int CLOCK_PROCESS_CPUTIME_ID = 2;
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final int O_WRONLY = 1;
    private static final int O_CREAT = 0100;
    private static final int O_EXCL = 0200;

    /** What is called of the C library; every call throws {@link LastErrorException} instead of returning -1. */
    interface LibC extends Library {
        int prctl(int option, NativeLong a, NativeLong b, NativeLong c, NativeLong d) throws LastErrorException;

        int getrlimit(int resource, long[] softAndHard) throws LastErrorException;

        int setrlimit(int resource, long[] softAndHard) throws LastErrorException;

        NativeLong syscall(NativeLong number, Object... arguments) throws LastErrorException;

        int clock_gettime(int clock, long[] secondsAndNanos) throws LastErrorException;

        int socket(int family, int type, int protocol) throws LastErrorException;

        int connect(int socket, byte[] address, int length) throws LastErrorException;

        int open(byte[] path, int flags, Object... mode) throws LastErrorException;

        NativeLong write(int file, byte[] bytes, NativeLong count) throws LastErrorException;

        int unlink(byte[] path) throws LastErrorException;

        int close(int file) throws LastErrorException;
    }

    private final LibC c;

    private Kernel(LibC c) {
        this.c = c;
    }

    static boolean isLinux() {
        return Platform.isLinux();
    }

    /** What {@link SystemCallFilter} knows this machine as, null if it does not. */
    static @Nullable Architecture architecture() {
        if (!Platform.isLinux() || !Platform.is64Bit()) {
            return null;
        }
        return Platform.isIntel() ? Architecture.X86_64 : Platform.isARM() ? Architecture.AARCH64 : null;
    }

    /** Loads the C library. @throws LinkageError if it cannot be loaded */
    static Kernel load() {
        return new Kernel(Native.load("c", LibC.class));
    }

    /** Lowers the soft limit of {@code resource}, and if {@code hard} for ever. Raises a soft limit up to the hard one. */
    void limit(int resource, long value, boolean hard) {
        long[] limits = new long[2];
        c.getrlimit(resource, limits);
        long most = limits[1];
        limits[0] = most == UNLIMITED || Long.compareUnsigned(value, most) < 0 ? value : most;
        limits[1] = hard ? limits[0] : most;
        c.setrlimit(resource, limits);
    }

    /** Processor time that this process has spent, in seconds, begun ones included. */
    long cpuSeconds() {
        long[] spent = new long[2];
        c.clock_gettime(CLOCK_PROCESS_CPUTIME_ID, spent);
        return spent[0] + 1;
    }

    /** Neither this process nor what it starts gains rights by running a program that has them. */
    void noNewPrivileges() {
        NativeLong zero = new NativeLong(0);
        c.prctl(PR_SET_NO_NEW_PRIVS, new NativeLong(1), zero, zero, zero);
    }

    /** From now on every system call of every thread is judged by {@code filter}. After {@link #noNewPrivileges}. */
    void filter(SystemCallFilter filter, Architecture architecture) {
        byte[] instructions = filter.instructions();
        try (Memory program = new Memory(instructions.length);
                Memory header = new Memory(16)) {
            program.write(0, instructions, 0, instructions.length);
            header.clear();
            header.setShort(0, (short) (instructions.length / SystemCallFilter.INSTRUCTION_BYTES));
            header.setPointer(8, program);
            long thread = c.syscall(
                            new NativeLong(architecture.seccomp),
                            SECCOMP_SET_MODE_FILTER,
                            SECCOMP_FILTER_FLAG_TSYNC,
                            (Pointer) header)
                    .longValue();
            if (thread != 0) {
                throw new IllegalStateException("thread " + thread + " cannot be filtered");
            }
        }
    }

    /**
     * Makes everything that is mounted read-only, for all processes that share this one's mounts; so only to be called by a
     * process with mounts of its own. See mount_setattr(2).
     */
    void readOnlyMounts() {
        try (Memory attributes = new Memory(MOUNT_ATTR_BYTES)) {
            attributes.clear();
            attributes.setLong(0, MOUNT_ATTR_RDONLY);
            byte[] root = {'/', 0};
            c.syscall(
                    new NativeLong(SYS_MOUNT_SETATTR),
                    AT_FDCWD,
                    root,
                    AT_RECURSIVE,
                    (Pointer) attributes,
                    new NativeLong(MOUNT_ATTR_BYTES));
        }
    }

    /** Whether a datagram socket can be made and would find a way to an address; nothing is sent. */
    boolean reachesNetwork() {
        byte[] documentation = {AF_INET, 0, 0, 9, (byte) 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0}; // RFC 5737
        int socket;
        try {
            socket = c.socket(AF_INET, SOCK_DGRAM, 0);
        } catch (LastErrorException e) {
            return false;
        }
        try {
            c.connect(socket, documentation, documentation.length);
            return true;
        } catch (LastErrorException e) {
            return e.getErrorCode() != ENETUNREACH;
        } finally {
            c.close(socket);
        }
    }

    /** Whether a file can be made at {@code path} and a byte be written into it; it is removed again. */
    boolean canWrite(String path) {
        byte[] name = (path + "\0").getBytes(StandardCharsets.UTF_8);
        int file;
        try {
            file = c.open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
        } catch (LastErrorException e) {
            return false;
        }
        try {
            return c.write(file, new byte[1], new NativeLong(1)).longValue() == 1;
        } catch (LastErrorException e) {
            return false;
        } finally {
            c.close(file);
            c.unlink(name);
        }
    }
}
