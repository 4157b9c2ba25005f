package org.vito.decode.child;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a process that only decodes may still ask the kernel for, as a program of the kernel's filter machine.
 *
 * <p>A list of what is allowed, since what is not known to be needed is not needed: memory, threads, time, reading files and
 * the pipes that are open already. What is not on it fails with EPERM: sockets, starting and signalling processes, opening
 * files to write, whatever changes the file system, and everything that makes a kernel interesting to attack (bpf, io_uring,
 * ptrace, mount, namespaces, keys, user faults …). See seccomp(2) and Linux, Documentation/userspace-api/seccomp_filter.rst.
 * The numbers are those of x86-64.
 */
final class SystemCallFilter {
    static final int INSTRUCTION_BYTES = 8;

    private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private static final int RETURN = 0x06; // BPF_RET | BPF_K
    private static final int IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final int IF_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K

    private static final int NUMBER = 0; // offsets in struct seccomp_data
    private static final int ARCHITECTURE = 4;
    private static final int ARGUMENTS = 16; // 8 bytes each, the low half first

    private static final int X86_64 = 0xC000003E; // AUDIT_ARCH_X86_64
    private static final int ALLOW = 0x7fff0000; // SECCOMP_RET_ALLOW
    private static final int FAIL = 0x00050000; // SECCOMP_RET_ERRNO | errno

    private static final int WRITING =
            03 | 0100 | 01000 | 02000 | 020000000; // O_ACCMODE, CREAT, TRUNC, APPEND, TMPFILE
    private static final int CLONE_THREAD = 0x00010000;

    private static final int[] ALWAYS = {
        0, // read
        1, // write
        3, // close
        4,
        5,
        6, // stat, fstat, lstat
        7, // poll
        8, // lseek
        9,
        10,
        11,
        12, // mmap, mprotect, munmap, brk
        13,
        14,
        15, // rt_sigaction, rt_sigprocmask, rt_sigreturn
        17, // pread64
        19,
        20, // readv, writev
        21, // access
        24, // sched_yield
        25,
        27,
        28, // mremap, mincore, madvise
        32, // dup
        35, // nanosleep
        39, // getpid
        60, // exit
        63, // uname
        72, // fcntl
        79, // getcwd
        89, // readlink
        96,
        97,
        98,
        99,
        100, // gettimeofday, getrlimit, getrusage, sysinfo, times
        102,
        104,
        107,
        108,
        110, // getuid, getgid, geteuid, getegid, getppid
        131, // sigaltstack
        137,
        138, // statfs, fstatfs
        158, // arch_prctl
        186, // gettid
        202, // futex
        204, // sched_getaffinity
        217, // getdents64
        218,
        219, // set_tid_address, restart_syscall
        221, // fadvise64
        228,
        229,
        230, // clock_gettime, clock_getres, clock_nanosleep
        231, // exit_group
        262,
        267,
        269, // newfstatat, readlinkat, faccessat
        271, // ppoll
        273, // set_robust_list
        309,
        318,
        324, // getcpu, getrandom, membarrier
        332,
        334,
        439 // statx, rseq, faccessat2
    };

    private final ByteBuffer program = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    private SystemCallFilter() {}

    /** The filter for a process with this id, which may signal its own threads. */
    static SystemCallFilter decoding(int pid) {
        SystemCallFilter filter = new SystemCallFilter();
        filter.put(LOAD, 0, 0, ARCHITECTURE);
        filter.put(IF_EQUAL, 1, 0, X86_64);
        filter.put(RETURN, 0, 0, FAIL | Kernel.EPERM);
        filter.put(LOAD, 0, 0, NUMBER);
        for (int number : ALWAYS) {
            filter.put(IF_EQUAL, 0, 1, number);
            filter.put(RETURN, 0, 0, ALLOW);
        }
        filter.unlessAnyBit(2, 1, WRITING); // open(path, flags)
        filter.unlessAnyBit(257, 2, WRITING); // openat(directory, path, flags)
        filter.ifAnyBit(56, 0, CLONE_THREAD); // clone(flags, …)
        filter.ifEqual(234, 0, pid); // tgkill(process, thread, signal)
        filter.ifEqual(302, 0, 0); // prlimit64(process, …), 0 being oneself
        filter.ifEqual(16, 1, 0x5401); // ioctl(file, TCGETS)
        filter.ifEqual(16, 1, 0x541B); // ioctl(file, FIONREAD)
        filter.ifEqual(157, 0, 15); // prctl(PR_SET_NAME)
        filter.ifEqual(157, 0, 0x53564d41); // prctl(PR_SET_VMA), which names memory
        filter.put(IF_EQUAL, 0, 1, 435); // clone3 hides its flags from filters: what calls it falls back to clone
        filter.put(RETURN, 0, 0, FAIL | Kernel.ENOSYS);
        filter.put(RETURN, 0, 0, FAIL | Kernel.EPERM);
        return filter;
    }

    private void unlessAnyBit(int number, int argument, int bits) {
        conditionally(number, argument, IF_ANY_BIT, 1, 0, bits);
    }

    private void ifAnyBit(int number, int argument, int bits) {
        conditionally(number, argument, IF_ANY_BIT, 0, 1, bits);
    }

    private void ifEqual(int number, int argument, int value) {
        conditionally(number, argument, IF_EQUAL, 0, 1, value);
    }

    private void conditionally(int number, int argument, int test, int ifTrue, int ifFalse, int value) {
        put(IF_EQUAL, 0, 4, number);
        put(LOAD, 0, 0, ARGUMENTS + 8 * argument);
        put(test, ifTrue, ifFalse, value);
        put(RETURN, 0, 0, ALLOW);
        put(LOAD, 0, 0, NUMBER);
    }

    private void put(int code, int ifTrue, int ifFalse, int value) {
        program.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(value);
    }

    /** The program, {@link #INSTRUCTION_BYTES} for each instruction. */
    byte[] instructions() {
        byte[] bytes = new byte[program.position()];
        program.duplicate().flip().get(bytes);
        return bytes;
    }
}
