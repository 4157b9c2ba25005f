package org.vito.decode;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    // of the Java machine's report: the signal, and the frame if it is not of Java
    private static final Pattern CRASH = Pattern.compile("^#(?: +(?=SIG[A-Z]+ \\(0x)| C +(?=\\[))([^ ]+)");

    // JavaCPP's, of libraries that were built for another release of it; that they work together is tested
    private static final String VERSIONS = "Warning: Versions of org.bytedeco:";

    private final String name;
    private final InputStream in;
    private long lines;
    private volatile String crash = "";

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
        if (length > 0) {
            lines++;
            if (lines <= MOST_LINES || line[0] == '#') {
                String text = new String(line, 0, length, StandardCharsets.UTF_8);
                noteCrash(text);
                if (text.startsWith(VERSIONS)) {
                    log.debug("{}: {}", name, text);
                } else if (lines <= MOST_LINES) {
                    log.info("{}: {}", name, text);
                }
            }
        }
    }

    private void noteCrash(String text) {
        Matcher told = CRASH.matcher(text);
        if (told.find()) {
            crash = crash.isEmpty() ? told.group(1) : crash + " in " + told.group(1);
        }
    }

    /** What the Java machine told of its crash so far: the signal and the native frame; empty if it did not. */
    String crash() {
        return crash;
    }

    /** Lines seen so far, shown or not. */
    long lines() {
        return lines;
    }
}
