package org.vito.decode.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vito.decode.child.SystemCall.Architecture;

/** What the filters say, by an interpreter of the kernel's filter machine, since not every architecture is at hand. */
class SystemCallFilterTest {
    private static final int PID = 4711;
    private static final String ALLOWED = "allowed";
    private static final int READ_ONLY = 02000000; // with O_CLOEXEC

    private static String verdict(Architecture filtered, int audit, int number, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, number).putInt(4, audit);
        for (int i = 0; i < arguments.length; i++) {
            data.putLong(16 + 8 * i, arguments[i]);
        }
        byte[] bytes = SystemCallFilter.decoding(filtered, PID).instructions();
        ByteBuffer program = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int loaded = 0;
        for (int at = 0; ; at++) {
            int code = program.getShort(8 * at);
            int ifTrue = program.get(8 * at + 2) & 0xff;
            int ifFalse = program.get(8 * at + 3) & 0xff;
            int value = program.getInt(8 * at + 4);
            switch (code) {
                case 0x20 -> loaded = data.getInt(value);
                case 0x15 -> at += loaded == value ? ifTrue : ifFalse;
                case 0x45 -> at += (loaded & value) != 0 ? ifTrue : ifFalse;
                case 0x06 -> {
                    return value == 0x7fff0000 ? ALLOWED : "errno " + (value & 0xffff);
                }
                default -> throw new AssertionError("instruction " + code);
            }
        }
    }

    private static String verdict(Architecture architecture, SystemCall call, long... arguments) {
        return verdict(architecture, architecture.audit, call.number(architecture), arguments);
    }

    @ParameterizedTest
    @EnumSource
    void filesAreOnlyRead(Architecture architecture) {
        assertThat(verdict(architecture, SystemCall.OPENAT, -100, 0, READ_ONLY)).isEqualTo(ALLOWED);
        for (int writing : new int[] {01, 02, 0100, 01000, 02000, 020200000}) {
            assertThat(verdict(architecture, SystemCall.OPENAT, -100, 0, READ_ONLY | writing))
                    .as("flags %o", writing)
                    .isEqualTo("errno 1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void threadsAreStartedAndProcessesAreNot(Architecture architecture) {
        assertThat(verdict(architecture, SystemCall.CLONE, 0x3d0f00)).isEqualTo(ALLOWED); // as glibc's threads
        assertThat(verdict(architecture, SystemCall.CLONE, 17)).isEqualTo("errno 1"); // SIGCHLD: fork
        assertThat(verdict(architecture, SystemCall.CLONE3, 0)).isEqualTo("errno 38");
        assertThat(verdict(architecture, SystemCall.TGKILL, PID)).isEqualTo(ALLOWED);
        assertThat(verdict(architecture, SystemCall.TGKILL, 1)).isEqualTo("errno 1");
        assertThat(verdict(architecture, SystemCall.PRLIMIT64, 0)).isEqualTo(ALLOWED);
        assertThat(verdict(architecture, SystemCall.PRLIMIT64, 1)).isEqualTo("errno 1");
        assertThat(verdict(architecture, SystemCall.IOCTL, 1, 0x5401)).isEqualTo(ALLOWED);
        assertThat(verdict(architecture, SystemCall.IOCTL, 1, 0x5412)).isEqualTo("errno 1"); // TIOCSTI
        assertThat(verdict(architecture, SystemCall.PRCTL, 15)).isEqualTo(ALLOWED);
        assertThat(verdict(architecture, SystemCall.PRCTL, 4)).isEqualTo("errno 1"); // PR_SET_DUMPABLE
    }

    @ParameterizedTest
    @EnumSource
    void whatIsListedIsAllowedAndNothingElse(Architecture architecture) {
        for (int number = -1; number < 600; number++) {
            int asked = number;
            boolean harmless = Arrays.stream(SystemCall.values())
                    .anyMatch(call ->
                            call.isHarmless() && call.existsOn(architecture) && call.number(architecture) == asked);
            boolean conditional = Arrays.stream(SystemCall.values())
                    .anyMatch(call ->
                            !call.isHarmless() && call.existsOn(architecture) && call.number(architecture) == asked);
            if (!conditional) {
                assertThat(verdict(architecture, architecture.audit, number))
                        .as("call %d", number)
                        .isEqualTo(harmless ? ALLOWED : "errno 1");
            }
        }
    }

    @Test
    void dangerousCallsAreDeniedByNumber() {
        int[] x86 = {41, 42, 49, 57, 58, 59, 62, 83, 87, 101, 155, 165, 175, 272, 310, 321, 322, 425, 442};
        for (int number : x86) { // socket, connect, bind, fork, vfork, execve, kill, mkdir, unlink, ptrace …
            assertThat(verdict(Architecture.X86_64, Architecture.X86_64.audit, number))
                    .isEqualTo("errno 1");
        }
        int[] arm = {198, 203, 200, 221, 129, 34, 35, 117, 40, 97, 105, 270, 280, 281, 425, 442};
        for (int number : arm) { // socket, connect, bind, execve, kill, mkdirat, unlinkat, ptrace, mount, unshare …
            assertThat(verdict(Architecture.AARCH64, Architecture.AARCH64.audit, number))
                    .isEqualTo("errno 1");
        }
    }

    @Test
    void callsOfAnotherArchitectureAreDenied() {
        assertThat(verdict(Architecture.X86_64, 0x40000003, 3)).isEqualTo("errno 1"); // 32 bits
        assertThat(verdict(Architecture.X86_64, Architecture.X86_64.audit, 0x40000000))
                .isEqualTo("errno 1"); // x32
        assertThat(verdict(Architecture.AARCH64, Architecture.X86_64.audit, 63)).isEqualTo("errno 1");
    }

    @ParameterizedTest
    @EnumSource
    void jumpsStayInsideTheProgramAndItsLengthInsideTheKernels(Architecture architecture) {
        byte[] bytes = SystemCallFilter.decoding(architecture, PID).instructions();
        int count = bytes.length / SystemCallFilter.INSTRUCTION_BYTES;
        assertThat(count).isBetween(100, 4096); // BPF_MAXINSNS
        for (int i = 0; i < count; i++) {
            assertThat(i + 1 + Math.max(bytes[8 * i + 2] & 0xff, bytes[8 * i + 3] & 0xff))
                    .isLessThanOrEqualTo(count);
        }
    }
}
