package org.vito.ingest.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A server that speaks S3's language, a process of its own: Adobe's S3Mock. It lets everybody in. */
public final class S3Server implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final URI endpoint;

    private S3Server(Process process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /** Starts a server that keeps its files and its log in {@code directory}. */
    public static S3Server start(Path directory) throws IOException, InterruptedException {
        String jar = Arrays.stream(
                        System.getProperty("java.class.path").split(System.getProperty("path.separator"), -1))
                .filter(entry -> entry.contains("s3mock"))
                .findFirst()
                .orElseThrow();
        int port;
        int other;
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket two = new ServerSocket(0)) {
            port = one.getLocalPort();
            other = two.getLocalPort();
        }
        Path log = directory.resolve("s3.log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        jar,
                        "--server.address=127.0.0.1",
                        "--server.port=" + other,
                        "--com.adobe.testing.s3mock.httpPort=" + port,
                        "--com.adobe.testing.s3mock.root=" + Files.createDirectories(directory.resolve("s3")))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        URI endpoint = URI.create("http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + port);
        S3Server server = new S3Server(process, endpoint);
        long deadline = System.nanoTime() + LONGEST.toNanos();
        CountDownLatch never = new CountDownLatch(1);
        while (!server.answers()) {
            boolean over = System.nanoTime() > deadline || !process.isAlive();
            if (over || never.await(50, TimeUnit.MILLISECONDS)) {
                server.close();
                throw new AssertionError("no S3 server: " + Files.readString(log));
            }
        }
        return server;
    }

    /** What clients call it. */
    public URI endpoint() {
        return endpoint;
    }

    public void createBucket(String bucket) throws IOException, InterruptedException {
        put("/" + bucket, new byte[0]);
    }

    /** Puts an object; {@code path} is the bucket's name and the key, encoded as in an address. */
    public void put(String path, byte[] bytes) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(endpoint.resolve(path))
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new AssertionError("PUT " + path + ": HTTP " + answer.statusCode() + " " + answer.body());
        }
    }

    private boolean answers() throws InterruptedException {
        try {
            HttpRequest list = HttpRequest.newBuilder(endpoint.resolve("/")).build();
            return http.send(list, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
