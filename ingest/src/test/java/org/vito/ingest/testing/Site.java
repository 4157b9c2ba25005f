package org.vito.ingest.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An HTTP server on loopback that serves files, parts of them too, and remembers what it was asked for. */
public final class Site implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]+)");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Map<String, Integer> broken = new ConcurrentHashMap<>(); // how often still
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean givesParts = true;

    public Site() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** The address of {@code path}. */
    public URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    public void put(String path, byte[] bytes) {
        files.put(path, bytes);
    }

    /** Serves lines of text. */
    public void put(String path, String... lines) {
        put(path, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    /** Answers with HTTP 503 the next {@code times} times. */
    public void breakDown(String path, int times) {
        broken.put(path, times);
    }

    /** Answers with the whole whatever part is asked for. */
    public void ignoreRanges() {
        givesParts = false;
    }

    /** The paths that were asked for, in order. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.add(path);
        byte[] file = files.get(path);
        int left = broken.merge(path, -1, Integer::sum);
        if (file == null || left >= 0) {
            exchange.sendResponseHeaders(file == null ? 404 : 503, -1);
            exchange.close();
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        Matcher part = RANGE.matcher(range == null ? "" : range);
        byte[] bytes = file;
        int status = 200;
        if (givesParts && part.matches() && Long.parseLong(part.group(2)) < file.length) {
            int from = Integer.parseInt(part.group(1));
            bytes = Arrays.copyOfRange(file, from, Integer.parseInt(part.group(2)) + 1);
            status = 206;
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes %d-%s/%d".formatted(from, part.group(2), file.length));
        }
        if (path.endsWith(".html")) {
            exchange.getResponseHeaders().add("Content-Type", "text/html");
        }
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(bytes);
        }
    }
}
