package org.vito.deploy;

import java.io.PrintStream;
import java.util.Objects;

/**
 * What people see: lines, and on a real terminal one more line below them that is kept up to date. Safe to use from any
 * thread. The launcher says by the system property {@code vito.terminal} how many columns the terminal has; without it
 * the output is taken for a log and gets whole lines only.
 */
final class Terminal {
    private static final Terminal SHARED = new Terminal(System.err, columns());

    private final PrintStream out;
    private final int columns;
    private String live = "";

    Terminal(PrintStream out, int columns) {
        this.out = out;
        this.columns = columns;
    }

    /** The terminal of this process: standard error, since standard output is for results. */
    static Terminal shared() {
        return SHARED;
    }

    private static int columns() {
        String given = Objects.requireNonNullElse(System.getProperty("vito.terminal"), "");
        return given.matches("[0-9]{1,4}") ? Integer.parseInt(given) : 0;
    }

    /** Whether a line can be kept up to date. */
    boolean isLive() {
        return columns > 0;
    }

    /** Prints a line that stays. */
    synchronized void line(String text) {
        out.print(erase() + text + System.lineSeparator() + live);
        out.flush();
    }

    /** Replaces the line that is kept up to date; does nothing in a log. */
    synchronized void live(String text) {
        if (!isLive()) {
            return;
        }
        String fitting = text.length() < columns ? text : text.substring(0, Math.max(0, columns - 1));
        out.print(erase() + fitting);
        out.flush();
        live = fitting;
    }

    /** Ends the line that is kept up to date and keeps it as it is. */
    synchronized void endLive() {
        if (!live.isEmpty()) {
            live = "";
            out.println();
        }
    }

    private String erase() {
        return live.isEmpty() ? "" : "\r\u001b[K";
    }
}
