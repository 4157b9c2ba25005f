package org.vito.deploy;

import java.time.Duration;
import java.util.Locale;
import org.vito.deploy.embed.Embedding;

/** Tells how far {@code vito embed} is: one line kept up to date on a terminal, one now and then in a log. */
final class EmbedProgress implements Embedding.Listener {
    private static final long LOG_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long LIVE_NANOS = Duration.ofMillis(100).toNanos();
    private static final int NAMED = 20;

    private final Terminal terminal;
    private final int files;
    private final long began = System.nanoTime();
    private long told = began;
    private int refused;

    EmbedProgress(Terminal terminal, int files) {
        this.terminal = terminal;
        this.files = files;
    }

    @Override
    public void progress(int done, long rows) {
        long now = System.nanoTime();
        if (now - told < (terminal.isLive() ? LIVE_NANOS : LOG_NANOS)) {
            return;
        }
        told = now;
        String line = line(done, files, rows, now - began);
        if (terminal.isLive()) {
            terminal.live(line);
        } else {
            terminal.line(line);
        }
    }

    @Override
    public void refused(String path, String message) {
        refused++;
        if (refused <= NAMED) {
            terminal.line("refused  " + path + ": " + message);
        } else if (refused == NAMED + 1) {
            terminal.line("more are refused; the index names all of them");
        }
    }

    /** The line at a moment, with rate and time left as soon as there is something to tell them by. */
    static String line(int done, int files, long rows, long nanos) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%d/%d files · %d rows", done, files, rows));
        if (rows > 0 && nanos > 0) {
            line.append(String.format(Locale.ROOT, " · %.1f rows/s", rows * 1e9 / nanos));
        }
        if (rows > 0 && done > 0 && done < files) {
            Duration left = Duration.ofNanos((long) ((double) nanos / done * (files - done)));
            line.append(" · ").append(ProgressLine.words(left)).append(" left");
        }
        return line.toString();
    }
}
