package org.vito.decode;

import java.util.Map;
import java.util.OptionalInt;
import org.vito.decode.child.MemoryGuard;

/** Puts the end of a decoder process into words that name the limit it ran into, or the signal that ended it. */
final class ChildEnd {
    private static final int SIGNALLED = 128; // how the JDK, like shells, tells that a signal ended a process
    private static final int HEAP_EXHAUSTED = 3; // of -XX:+ExitOnOutOfMemoryError

    // numbers of signal(7) that are the same on x86 and ARM
    private static final Map<Integer, String> SIGNALS = Map.of(
            4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11, "SIGSEGV", 15, "SIGTERM", 24,
            "SIGXCPU", 25, "SIGXFSZ", 31, "SIGSYS");

    private ChildEnd() {}

    /**
     * The words.
     *
     * @param status exit status, empty if it is not known
     * @param crash what the Java machine told of a crash, or empty; it turns every signal into SIGABRT
     */
    static String words(OptionalInt status, String crash) {
        if (status.isEmpty()) {
            return "without a known status";
        }
        int code = status.getAsInt();
        if (!crash.isEmpty()) {
            return "by %s (status %d)".formatted(crash, code);
        }
        return switch (code) {
            case HEAP_EXHAUSTED -> "at its limit vito.decode.child.heap (status 3)";
            case MemoryGuard.TOO_MUCH_MEMORY -> "at its limit vito.decode.child.memory (status 71)";
            case SIGNALLED + 24 -> "at its limit vito.decode.limits.cpu-time (SIGXCPU)";
            default ->
                code > SIGNALLED
                        ? "by signal " + SIGNALS.getOrDefault(code - SIGNALLED, String.valueOf(code - SIGNALLED))
                        : "with status " + code;
        };
    }
}
