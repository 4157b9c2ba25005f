package org.vito.tests;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs the programs that are compared, and watches them from outside. */
final class PeerProcess {
    private static final int POLL_MS = 20;
    private static final int LINES = 5;

    private PeerProcess() {}

    /**
     * Runs a program to its end, and tells its lines as they come, on another thread.
     *
     * @throws IOException if it fails, or takes longer than {@code limit}, after which it is ended
     */
    static Watched run(List<String> command, Duration limit, Consumer<String> lines)
            throws IOException, InterruptedException {
        Path errors = Files.createTempFile("bench-peers", ".log");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            Watched watched = new Watched();
            try {
                CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> watched.read(process, lines));
                long begin = System.nanoTime();
                while (!process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                    watched.look(process);
                    if (System.nanoTime() - begin > limit.toNanos()) {
                        throw new IOException("%s took longer than %d s, which --limit allows a program"
                                .formatted(String.join(" ", command), limit.toSeconds()));
                    }
                }
                reading.join();
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroy();
            }
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed:\n" + tail(Files.readString(errors)));
            }
            return watched;
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private static String tail(String text) {
        List<String> lines = text.strip().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    }

    /** What is seen of a process from outside while it runs. */
    static final class Watched {
        private final TreeMap<Long, Double> processor = new TreeMap<>();
        double residentBytes;
        volatile String lastLine = "";
        volatile long lastLineNanos;

        void read(Process process, Consumer<String> lines) {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    lastLineNanos = System.nanoTime();
                    lastLine = line;
                    lines.accept(line);
                }
            } catch (IOException e) {
                lastLine = e.toString();
            }
        }

        void look(Process process) {
            process.info()
                    .totalCpuDuration()
                    .map(Duration::toNanos)
                    .ifPresent(nanos -> processor.put(System.nanoTime(), nanos / 1e6));
            try {
                Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .forEach(line -> residentBytes = 1024.0 * Long.parseLong(line.replaceAll("[^0-9]", "")));
            } catch (IOException e) {
                // It has ended, perhaps while the file was read, or this is not Linux: what was seen before stays.
            }
        }

        /** Processor time used until a moment, by the last look before it. */
        double processorMs(long nanos) {
            return processor.floorEntry(nanos) == null
                    ? 0
                    : processor.floorEntry(nanos).getValue();
        }
    }
}
