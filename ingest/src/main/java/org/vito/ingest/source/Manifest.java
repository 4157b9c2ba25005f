package org.vito.ingest.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.fetch.Addresses;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A file of JSON lines, one video a line: {@code {"url": …}} or {@code {"path": …}}, and if you like {@code "title"} and
 * {@code "licence"}. In a file called {@code *.csv} the first line names the columns, of these, and the others have their
 * values, separated by commas; what holds a comma is quoted, and nothing goes on in the next line. A path is relative to the
 * manifest. Blank lines and lines that begin with {@code #} count for nothing.
 */
public final class Manifest implements AutoCloseable {
    private static final int LONGEST = 64 << 10; // bytes of a line
    private static final Set<String> KEYS = Set.of("url", "path", "title", "licence", "license");
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Path path;
    private final Path base;
    private final PushbackInputStream in;
    private final boolean csv;
    private List<String> columns = List.of(); // of CSV, once its header was read
    private long line;

    private Manifest(Path path, InputStream in) {
        this.path = path;
        csv = isCsv(path);
        Path parent = path.toAbsolutePath().getParent();
        base = parent == null ? path.toAbsolutePath() : parent;
        this.in = new PushbackInputStream(new java.io.BufferedInputStream(in, 1 << 16), 1);
    }

    /** Whether a file of this name is taken for a manifest: {@code .jsonl}, {@code .ndjson} or {@code .csv}. */
    public static boolean isManifest(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".jsonl") || name.endsWith(".ndjson") || isCsv(file);
    }

    private static boolean isCsv(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
    }

    /** Opens the manifest at its beginning. */
    public static Manifest open(Path path) throws IOException {
        return new Manifest(path, Files.newInputStream(path));
    }

    /**
     * What a line says.
     *
     * @param line its number, from 1
     * @param text the line itself
     * @param address the video, or null if the line names none
     * @param refusal why it names none, or null
     */
    public record Entry(
            long line,
            String text,
            @Nullable URI address,
            String title,
            String licence,
            @Nullable VitoException refusal) {}

    /**
     * The next line that counts, or null at the end. A line that names no video is an entry with a refusal.
     *
     * @throws VitoException DAMAGED_RECORD if the first line of CSV names no columns, so that no other can be understood
     */
    public @Nullable Entry next() throws IOException {
        for (String text = nextLine(); text != null; text = nextLine()) {
            if (text.isBlank() || text.startsWith("#")) {
                continue;
            }
            if (csv && columns.isEmpty()) {
                columns = header(text);
            } else {
                return entry(text);
            }
        }
        return null;
    }

    /** What people would call the line: the file and its number. */
    public String subject(Entry entry) {
        return path + ":" + entry.line();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private Entry entry(String text) {
        try {
            JsonNode object = csv ? row(text) : JSON.readTree(text);
            if (!object.isObject()) {
                throw bad("is no JSON object", null);
            }
            object.fieldNames().forEachRemaining(key -> {
                if (!KEYS.contains(key)) {
                    throw bad("has the key '" + key + "'; expected url or path, title, licence", null);
                }
            });
            String url = text(object, "url");
            String file = text(object, "path");
            if (url.isEmpty() == file.isEmpty()) {
                throw bad("must name either a url or a path", null);
            }
            URI address = url.isEmpty() ? Addresses.parse(file, base) : Addresses.parse(url, null);
            String licence = text(object, object.has("licence") ? "licence" : "license");
            return new Entry(line, text, address, text(object, "title"), licence, null);
        } catch (JsonProcessingException e) {
            return new Entry(line, text, null, "", "", bad("is not JSON: " + e.getOriginalMessage(), e));
        } catch (VitoException e) {
            return new Entry(line, text, null, "", "", e);
        }
    }

    private List<String> header(String text) {
        List<String> names = values(text.startsWith("\uFEFF") ? text.substring(1) : text).stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList();
        if (!KEYS.containsAll(names) || Set.copyOf(names).size() != names.size()) {
            throw bad("names the columns " + names + "; expected some of url, path, title, licence", null);
        }
        if (!names.contains("url") && !names.contains("path")) {
            throw bad("names neither a column url nor a column path", null);
        }
        return names;
    }

    private JsonNode row(String text) {
        List<String> values = values(text);
        if (values.size() != columns.size()) {
            throw bad("has " + values.size() + " values for " + columns.size() + " columns", null);
        }
        ObjectNode row = JSON.createObjectNode();
        for (int i = 0; i < values.size(); i++) {
            row.put(columns.get(i), values.get(i));
        }
        return row;
    }

    private List<String> values(String text) {
        try {
            return Csv.values(text);
        } catch (IllegalArgumentException e) {
            throw bad(String.valueOf(e.getMessage()), e);
        }
    }

    private String text(JsonNode object, String key) {
        JsonNode value = object.get(key);
        if (value == null || value.isNull()) {
            return "";
        }
        if (!value.isTextual()) {
            throw bad("has a '" + key + "' that is no text", null);
        }
        return value.textValue();
    }

    private VitoException bad(String what, @Nullable Throwable cause) {
        String message = "line " + line + " of " + path + " " + what;
        return cause == null
                ? new VitoException(Reason.DAMAGED_RECORD, message)
                : new VitoException(Reason.DAMAGED_RECORD, message, cause);
    }

    private @Nullable String nextLine() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        in.unread(first);
        line++;
        byte[] bytes = new byte[256];
        int length = 0;
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (length < LONGEST) { // a longer line is cut, and then is no JSON
                if (length == bytes.length) {
                    bytes = java.util.Arrays.copyOf(bytes, 2 * length);
                }
                bytes[length++] = (byte) b;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
    }
}
