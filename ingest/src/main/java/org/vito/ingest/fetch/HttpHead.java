package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * The status and the fields of an HTTP/1.1 answer (RFC 9112).
 *
 * @param fields by name in lower case, in the order in which they came
 */
record HttpHead(int status, Map<String, List<String>> fields) {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-9][0-9]{2})( .*)?");
    private static final Pattern RTSP_STATUS = Pattern.compile("RTSP/1\\.0 ([1-9][0-9]{2})( .*)?");
    private static final Pattern FIELD = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*?)[ \\t]*");
    private static final int LARGEST = 64 << 10; // bytes of status and fields
    private static final int INTERIM = 8; // answers such as 103 Early Hints before the real one

    /**
     * Reads a head; {@code in} stands at the body afterwards.
     *
     * @throws VitoException BAD_ADDRESS if it is not HTTP, a RetriableException if it ends too early
     */
    static HttpHead read(InputStream in, String address) throws IOException {
        for (int interim = 0; interim <= INTERIM; interim++) {
            HttpHead head = one("", in, address, STATUS);
            if (head.status >= 200) {
                return head;
            }
        }
        throw bad(address, "more than " + INTERIM + " interim answers");
    }

    /** Reads the head of an answer of RTSP 1.0 (RFC 2326), whose first byte has been read; else as {@link #read}. */
    static HttpHead readRtsp(int first, InputStream in, String address) throws IOException {
        return one(String.valueOf((char) first), in, address, RTSP_STATUS);
    }

    /** The value of a field that is there once; nothing if it is not there. */
    Optional<String> field(String name) {
        return fields.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** The announced length in bytes, or -1. @throws VitoException BAD_ADDRESS if it is no length, or two */
    long length(String address) {
        List<String> given = fields.getOrDefault("content-length", List.of()).stream()
                .distinct()
                .toList();
        if (given.isEmpty() || isChunked(address)) {
            return -1;
        }
        if (given.size() > 1 || !given.get(0).matches("[0-9]{1,18}")) {
            throw bad(address, "Content-Length " + String.join(" and ", given));
        }
        return Long.parseLong(given.get(0));
    }

    /** Whether the body comes in chunks. @throws VitoException BAD_ADDRESS if it comes in a coding nobody asked for */
    boolean isChunked(String address) {
        List<String> codings = fields.getOrDefault("transfer-encoding", List.of());
        if (codings.isEmpty()) {
            return false;
        }
        if (codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
            throw bad(address, "Transfer-Encoding " + String.join(", ", codings));
        }
        return true;
    }

    private static HttpHead one(String beginning, InputStream in, String address, Pattern expected) throws IOException {
        int[] left = {LARGEST};
        String first = beginning + line(in, address, left);
        Matcher status = expected.matcher(first);
        if (!status.matches()) {
            String protocol = expected == STATUS ? "HTTP/1.1" : "RTSP/1.0";
            throw bad(address, "'" + first.substring(0, Math.min(40, first.length())) + "' instead of " + protocol);
        }
        Map<String, List<String>> fields = new HashMap<>();
        for (String line = line(in, address, left); !line.isEmpty(); line = line(in, address, left)) {
            Matcher field = FIELD.matcher(line);
            if (!field.matches()) {
                throw bad(address, "a header line that is none");
            }
            fields.computeIfAbsent(field.group(1).toLowerCase(Locale.ROOT), n -> new ArrayList<>())
                    .add(field.group(2));
        }
        return new HttpHead(Integer.parseInt(status.group(1)), fields);
    }

    /** A line without its end; {@code left} counts down the bytes that the head may still have. */
    static String line(InputStream in, String address, int[] left) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new RetriableException(Reason.UNREACHABLE, address + " closed the connection within its answer");
            }
            if (--left[0] < 0) {
                throw bad(address, "headers of more than " + LARGEST + " bytes");
            }
            line.append((char) c);
        }
        int end = line.length();
        return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
    }

    static VitoException bad(String address, String what) {
        return new VitoException(Reason.BAD_ADDRESS, address + " answered with " + what.replaceAll("\\p{Cntrl}", "?"));
    }
}
