package org.vito.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One {@code vito} command in an operating system's process of its own, with what it says in a file. */
final class VitoProcess {
    private static final Duration STOP = Duration.ofSeconds(90);
    private static final int TAIL = 60; // lines

    private final String name;
    private final Process process;
    private final Path output;

    private VitoProcess(String name, Process process, Path output) {
        this.name = name;
        this.process = process;
        this.output = output;
    }

    /** Starts {@code vito command…}, with the class path of this test. */
    static VitoProcess start(String name, Path directory, List<String> command) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1", // they live for seconds, and of processors there are few
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                "org.vito.deploy.Main"));
        line.addAll(command);
        Path output = directory.resolve(name + ".out");
        Process process = new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        process.getOutputStream().close();
        return new VitoProcess(name, process, output);
    }

    /** The first group of {@code line} in what the process said, once it has said it. */
    String said(Pattern line, Duration most) throws Exception {
        return Patience.until(name + " says " + line, most, () -> {
            Matcher matcher = line.matcher(Files.readString(output, UTF_8));
            if (matcher.find()) {
                return matcher.group(1);
            }
            checkAlive();
            return null;
        });
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Fails if the process has ended. */
    void checkAlive() {
        if (!process.isAlive()) {
            throw new AssertionError(name + " has ended with code " + process.exitValue());
        }
    }

    /** The code with which the process ends by itself. */
    int awaitEnd(Duration most) throws Exception {
        return Patience.until(name + " ends", most, () -> process.isAlive() ? null : process.exitValue());
    }

    /** Ends the process as a power cut would, its children with it. */
    void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** Ends the process as Ctrl-C would, or {@link #kill kills} it where that takes too long; says which. */
    boolean stop() throws InterruptedException {
        process.destroy();
        boolean ended = process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS);
        if (!ended) {
            kill();
        }
        return ended;
    }

    /** The last lines that the process said. */
    String tail() {
        try {
            List<String> lines = Files.readAllLines(output, UTF_8);
            return "---- " + name + (alive() ? "" : " (ended, code " + process.exitValue() + ")") + "\n"
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
        } catch (IOException e) {
            return "---- " + name + ": " + e;
        }
    }
}
