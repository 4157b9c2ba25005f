package org.vito.decode;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what a decoder process complains about to the log, line by line. Bounded in both directions, since a broken video
 * can make libav complain without end: long lines are cut, and after so many lines the rest is only counted.
 */
final class ChildLog implements Runnable {
    static final int MOST_LINES = 500;
    static final int MOST_CHARACTERS = 1000;

    private static final Logger log = LoggerFactory.getLogger("org.vito.decode.child");

    private final String name;
    private final InputStream in;
    private long lines;

    ChildLog(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    @Override
    public void run() {
        byte[] line = new byte[MOST_CHARACTERS];
        int length = 0;
        try (InputStream bytes = new BufferedInputStream(in)) {
            for (int b = bytes.read(); b >= 0; b = bytes.read()) {
                if (b == '\n') {
                    tell(line, length);
                    length = 0;
                } else if (length < line.length) {
                    line[length++] = (byte) b;
                }
            }
            tell(line, length);
        } catch (IOException e) {
            log.debug("{}: log ended: {}", name, e.toString());
        }
        if (lines > MOST_LINES) {
            log.info("{}: {} more lines were not shown", name, lines - MOST_LINES);
        }
    }

    private void tell(byte[] line, int length) {
        if (length > 0 && ++lines <= MOST_LINES) {
            log.info("{}: {}", name, new String(line, 0, length, StandardCharsets.UTF_8));
        }
    }

    /** Lines seen so far, shown or not. */
    long lines() {
        return lines;
    }
}
