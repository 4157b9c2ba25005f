package org.vito.deploy;

import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Chooses where log events go; to be called before the first logger is made. */
final class Logging {
    private Logging() {}

    /** Warnings to standard error: for commands that end by themselves. */
    static void toConsole(boolean verbose) {
        level(verbose);
        System.setProperty("logback.configurationFile", "logback.xml");
        begin();
    }

    /**
     * Everything to a file below {@code data}, warnings to the terminal: for processes that run roles.
     *
     * @param what what the process is, a word
     */
    static void toFile(Path data, String what, boolean verbose) {
        level(verbose);
        System.setProperty("vito.logs", directory(data).toString());
        System.setProperty("vito.log.name", name(what));
        System.setProperty("logback.configurationFile", "logback-vito.xml");
        begin();
    }

    /** The log file of a process: {@code logs/vito.log} for the whole system, {@code logs/decode.log} for a role. */
    static Path file(Path data, String what) {
        return directory(data).resolve(name(what) + ".log");
    }

    private static Path directory(Path data) {
        return data.toAbsolutePath().resolve("logs");
    }

    private static String name(String what) {
        return what.equals("run") ? "vito" : what;
    }

    /** Makes the first logger here, before threads that log race for it. */
    private static void begin() {
        LoggerFactory.getLogger(Logging.class).debug("logging begins");
    }

    private static void level(boolean verbose) {
        System.setProperty("vito.console.level", verbose ? "DEBUG" : "WARN");
        System.setProperty("vito.file.level", verbose ? "DEBUG" : "INFO");
        System.setProperty("vito.console.traces", String.valueOf(verbose));
    }
}
