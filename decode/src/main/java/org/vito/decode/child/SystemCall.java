package org.vito.decode.child;

/**
 * The system calls of a process that decodes, by their numbers on each architecture (Linux, arch/x86/entry/syscalls/syscall_64.tbl
 * and include/uapi/asm-generic/unistd.h).
 */
enum SystemCall {
    READ(0, 63, true),
    WRITE(1, 64, true),
    CLOSE(3, 57, true),
    STAT(4, Architecture.ABSENT, true),
    FSTAT(5, 80, true),
    LSTAT(6, Architecture.ABSENT, true),
    POLL(7, Architecture.ABSENT, true),
    LSEEK(8, 62, true),
    MMAP(9, 222, true),
    MPROTECT(10, 226, true),
    MUNMAP(11, 215, true),
    BRK(12, 214, true),
    RT_SIGACTION(13, 134, true),
    RT_SIGPROCMASK(14, 135, true),
    RT_SIGRETURN(15, 139, true),
    PREAD64(17, 67, true),
    READV(19, 65, true),
    WRITEV(20, 66, true),
    ACCESS(21, Architecture.ABSENT, true),
    SCHED_YIELD(24, 124, true),
    MREMAP(25, 216, true),
    MINCORE(27, 232, true),
    MADVISE(28, 233, true),
    DUP(32, 23, true),
    NANOSLEEP(35, 101, true),
    GETPID(39, 172, true),
    EXIT(60, 93, true),
    UNAME(63, 160, true),
    FCNTL(72, 25, true),
    GETCWD(79, 17, true),
    READLINK(89, Architecture.ABSENT, true),
    GETTIMEOFDAY(96, 169, true),
    GETRLIMIT(97, 163, true),
    GETRUSAGE(98, 165, true),
    SYSINFO(99, 179, true),
    TIMES(100, 153, true),
    GETUID(102, 174, true),
    GETGID(104, 176, true),
    GETEUID(107, 175, true),
    GETEGID(108, 177, true),
    GETPPID(110, 173, true),
    SIGALTSTACK(131, 132, true),
    STATFS(137, 43, true),
    FSTATFS(138, 44, true),
    ARCH_PRCTL(158, Architecture.ABSENT, true),
    GETTID(186, 178, true),
    FUTEX(202, 98, true),
    SCHED_GETAFFINITY(204, 123, true),
    GETDENTS64(217, 61, true),
    SET_TID_ADDRESS(218, 96, true),
    RESTART_SYSCALL(219, 128, true),
    FADVISE64(221, 223, true),
    CLOCK_GETTIME(228, 113, true),
    CLOCK_GETRES(229, 114, true),
    CLOCK_NANOSLEEP(230, 115, true),
    EXIT_GROUP(231, 94, true),
    NEWFSTATAT(262, 79, true),
    READLINKAT(267, 78, true),
    FACCESSAT(269, 48, true),
    PPOLL(271, 73, true),
    SET_ROBUST_LIST(273, 99, true),
    GETCPU(309, 168, true),
    GETRANDOM(318, 278, true),
    MEMBARRIER(324, 283, true),
    STATX(332, 291, true),
    RSEQ(334, 293, true),
    FACCESSAT2(439, 439, true),
    OPEN(2, Architecture.ABSENT, false),
    OPENAT(257, 56, false),
    CLONE(56, 220, false),
    CLONE3(435, 435, false),
    TGKILL(234, 131, false),
    PRLIMIT64(302, 261, false),
    IOCTL(16, 29, false),
    PRCTL(157, 167, false);

    /** A machine that there are numbers for. */
    enum Architecture {
        X86_64(0xC000003E, 317),
        AARCH64(0xC00000B7, 277);

        private static final int ABSENT = -1; // where others have a call

        /** As the kernel tells a filter: AUDIT_ARCH_…. */
        final int audit;

        /** Number of seccomp(2), by which a filter is set. */
        final int seccomp;

        Architecture(int audit, int seccomp) {
            this.audit = audit;
            this.seccomp = seccomp;
        }
    }

    private final int x86;
    private final int arm;
    private final boolean harmless;

    SystemCall(int x86, int arm, boolean harmless) {
        this.x86 = x86;
        this.arm = arm;
        this.harmless = harmless;
    }

    /** Whether it may be called with any arguments. */
    boolean isHarmless() {
        return harmless;
    }

    boolean existsOn(Architecture architecture) {
        return number(architecture) != Architecture.ABSENT;
    }

    int number(Architecture architecture) {
        return architecture == Architecture.X86_64 ? x86 : arm;
    }
}
