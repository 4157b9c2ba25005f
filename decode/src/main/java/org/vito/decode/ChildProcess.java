package org.vito.decode;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.child.Framing;
import org.vito.decode.child.Mounts;
import org.vito.decode.child.v1.Request;
import org.vito.decode.child.v1.Response;

/** A decoder process as seen by its parent: a pipe in, a pipe out, and a way to end it. */
final class ChildProcess {
    private static final Logger logger = LoggerFactory.getLogger(ChildProcess.class);
    private static final long REAP_SECONDS = 5;
    private static final long LAST_WORDS_SECONDS = 2;
    private static final long UNASKED_BYTES = 1 << 20;
    private static final long NOWHERE = -1;
    private static final String HARDWARE_NEEDS_CALLS =
            "the driver of hardware that decodes needs more of them: set vito.decode.hardware = none";

    /** Told of everything that a process says and of its end, by a thread of its own. */
    interface Listener {
        void answered(Response response);

        /** Called once, last. */
        void ended(String how);
    }

    private final Process process;
    private final long maxBytes;
    private final ChildLog log;
    private final DataOutputStream requests;
    private final AtomicLong allowance = new AtomicLong(UNASKED_BYTES);
    private volatile long headingUs = NOWHERE;

    private ChildProcess(Process process, long maxBytes, String name) {
        this.process = process;
        this.maxBytes = maxBytes;
        this.log = new ChildLog(name, process.getErrorStream());
        this.requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    }

    /** Starts a process. @throws IOException if the system refuses */
    static ChildProcess start(DecodeSettings settings, Isolation isolation, String name, Listener listener)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(settings, isolation));
        isolation.restrict(builder.environment());
        ChildProcess child = new ChildProcess(builder.start(), settings.limits().maxBytes(), name);
        Thread complaints = daemon(name + "-log", child.log);
        daemon(name + "-answers", () -> child.listen(listener, complaints));
        return child;
    }

    private static List<String> command(DecodeSettings settings, Isolation isolation) {
        List<String> command = new ArrayList<>(isolation.prefix());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xms16m");
        command.add("-Xmx" + settings.child().heapBytes());
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // what takes time is native: a second compiler would only take more
                "-Xshare:auto",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:+DisplayVMOutputToStderr",
                "-XX:+ErrorFileToStderr",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
        String cache = System.getProperty("org.bytedeco.javacpp.cachedir");
        if (cache != null) {
            command.add("-Dorg.bytedeco.javacpp.cachedir=" + cache);
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                isolation.program(),
                String.valueOf(settings.child().memoryBytes()),
                String.valueOf(settings.child().isolate()),
                settings.hardware() == DecodeSettings.Hardware.NONE ? "" : HARDWARE_NEEDS_CALLS,
                Mounts.namespace()));
        return command;
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void listen(Listener listener, Thread complaints) {
        String how = "";
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16))) {
            for (Response response = next(in); response != null; response = next(in)) {
                if (response.hasHeading()) {
                    headingUs = response.getHeading().getUs();
                } else {
                    listener.answered(response);
                }
            }
        } catch (IOException e) {
            how = ", " + e.getMessage();
            leaveTime(); // a Java machine that crashes reports it on both pipes, which is no message
        } finally {
            process.destroyForcibly();
            String status = status(complaints);
            listener.ended("process " + process.pid() + " ended " + status
                    + (log.crash().isEmpty() ? how : "") + position());
        }
    }

    private void leaveTime() {
        try {
            process.waitFor(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Response next(DataInputStream in) throws IOException {
        return Framing.read(in, Response.parser(), bytes -> {
            if (allowance.addAndGet(-Framing.cost(bytes)) < 0) {
                throw new IOException("it answered more than its limit vito.decode.limits.max-bytes = " + maxBytes);
            }
        });
    }

    private String status(Thread complaints) {
        OptionalInt status = OptionalInt.empty();
        try {
            if (process.waitFor(REAP_SECONDS, TimeUnit.SECONDS)) {
                status = OptionalInt.of(process.exitValue());
                complaints.join(REAP_SECONDS * 1000); // its last words may still be on their way
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ChildEnd.words(status, log.crash());
    }

    private String position() {
        return headingUs == NOWHERE ? "" : ", on the way to the frame at %d us or soon after".formatted(headingUs);
    }

    /** Sends a request; small enough for the pipe never to fill. */
    void send(Request request) throws IOException {
        headingUs = NOWHERE;
        allowance.set(maxBytes + UNASKED_BYTES);
        Framing.write(requests, request);
    }

    /** Ends the process at once. */
    void kill() {
        process.destroyForcibly();
    }

    /** Tells the process that nothing more will be asked; it ends by itself. */
    void dismiss() {
        try {
            requests.close();
        } catch (IOException e) {
            logger.debug("pipe to process {} was broken already: {}", process.pid(), e.toString());
        }
    }

    long pid() {
        return process.pid();
    }
}
