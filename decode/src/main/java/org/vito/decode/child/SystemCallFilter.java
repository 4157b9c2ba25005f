package org.vito.decode.child;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vito.decode.child.SystemCall.Architecture;

/**
 * What a process that only decodes may still ask the kernel for, as a program of the kernel's filter machine.
 *
 * <p>A list of what is allowed, since what is not known to be needed is not needed: memory, threads, time, reading files and
 * the pipes that are open already. What is not on it fails with EPERM: sockets, starting and signalling processes, opening
 * files to write, whatever changes the file system, and everything that makes a kernel interesting to attack (bpf, io_uring,
 * ptrace, mount, namespaces, keys, user faults …). See seccomp(2) and Linux, Documentation/userspace-api/seccomp_filter.rst.
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

    private static final int ALLOW = 0x7fff0000; // SECCOMP_RET_ALLOW
    private static final int FAIL = 0x00050000; // SECCOMP_RET_ERRNO | errno

    private static final int WRITING =
            03 | 0100 | 01000 | 02000 | 020000000; // O_ACCMODE, CREAT, TRUNC, APPEND, TMPFILE
    private static final int CLONE_THREAD = 0x00010000;

    private final ByteBuffer program = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    private final Architecture architecture;

    private SystemCallFilter(Architecture architecture) {
        this.architecture = architecture;
    }

    /** The filter for a process with this id, which may signal its own threads. */
    static SystemCallFilter decoding(Architecture architecture, int pid) {
        SystemCallFilter filter = new SystemCallFilter(architecture);
        filter.put(LOAD, 0, 0, ARCHITECTURE);
        filter.put(IF_EQUAL, 1, 0, architecture.audit);
        filter.put(RETURN, 0, 0, FAIL | Kernel.EPERM);
        filter.put(LOAD, 0, 0, NUMBER);
        for (SystemCall call : SystemCall.values()) {
            if (call.isHarmless() && call.existsOn(architecture)) {
                filter.put(IF_EQUAL, 0, 1, call.number(architecture));
                filter.put(RETURN, 0, 0, ALLOW);
            }
        }
        filter.unlessAnyBit(SystemCall.OPEN, 1, WRITING);
        filter.unlessAnyBit(SystemCall.OPENAT, 2, WRITING);
        filter.ifAnyBit(SystemCall.CLONE, 0, CLONE_THREAD);
        filter.ifEqual(SystemCall.TGKILL, 0, pid);
        filter.ifEqual(SystemCall.PRLIMIT64, 0, 0); // of oneself
        filter.ifEqual(SystemCall.IOCTL, 1, 0x5401); // TCGETS
        filter.ifEqual(SystemCall.IOCTL, 1, 0x541B); // FIONREAD
        filter.ifEqual(SystemCall.PRCTL, 0, 15); // PR_SET_NAME
        filter.ifEqual(SystemCall.PRCTL, 0, 0x53564d41); // PR_SET_VMA, which names memory
        // clone3 hides its flags from filters: what calls it falls back to clone
        filter.put(IF_EQUAL, 0, 1, SystemCall.CLONE3.number(architecture));
        filter.put(RETURN, 0, 0, FAIL | Kernel.ENOSYS);
        filter.put(RETURN, 0, 0, FAIL | Kernel.EPERM);
        return filter;
    }

    private void unlessAnyBit(SystemCall call, int argument, int bits) {
        conditionally(call, argument, IF_ANY_BIT, 1, 0, bits);
    }

    private void ifAnyBit(SystemCall call, int argument, int bits) {
        conditionally(call, argument, IF_ANY_BIT, 0, 1, bits);
    }

    private void ifEqual(SystemCall call, int argument, int value) {
        conditionally(call, argument, IF_EQUAL, 0, 1, value);
    }

    private void conditionally(SystemCall call, int argument, int test, int ifTrue, int ifFalse, int value) {
        if (!call.existsOn(architecture)) {
            return;
        }
        put(IF_EQUAL, 0, 4, call.number(architecture));
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
