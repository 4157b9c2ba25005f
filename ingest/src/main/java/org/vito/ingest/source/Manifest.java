package org.vito.ingest.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.fetch.Addresses;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A file of JSON lines, one video a line: {@code {"url": …}} or {@code {"path": …}}, and if you like {@code "title"} and
 * {@code "licence"}. A path is relative to the manifest. Blank lines and lines that begin with {@code #} count for nothing.
 */
public final class Manifest implements AutoCloseable {
    private static final int LONGEST = 64 << 10; // bytes of a line
    private static final Set<String> KEYS = Set.of("url", "path", "title", "licence", "license");
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Path path;
    private final Path base;
    private final PushbackInputStream in;
    private long line;

    private Manifest(Path path, InputStream in) {
        this.path = path;
        Path parent = path.toAbsolutePath().getParent();
        base = parent == null ? path.toAbsolutePath() : parent;
        this.in = new PushbackInputStream(new java.io.BufferedInputStream(in, 1 << 16), 1);
    }

    /** Whether a file of this name is taken for a manifest: {@code .jsonl} or {@code .ndjson}. */
    public static boolean isManifest(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".jsonl") || name.endsWith(".ndjson");
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

    /** The next line that counts, or null at the end. A line that names no video is an entry with a refusal. */
    public @Nullable Entry next() throws IOException {
        for (String text = nextLine(); text != null; text = nextLine()) {
            if (!text.isBlank() && !text.startsWith("#")) {
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
            JsonNode object = JSON.readTree(text);
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
