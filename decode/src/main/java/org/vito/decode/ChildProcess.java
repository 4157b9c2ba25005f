package org.vito.decode;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.child.ChildMain;
import org.vito.decode.child.Framing;
import org.vito.decode.child.v1.Request;
import org.vito.decode.child.v1.Response;

/** A decoder process as seen by its parent: a pipe in, a pipe out, and a way to end it. */
final class ChildProcess {
    private static final Logger log = LoggerFactory.getLogger(ChildProcess.class);
    private static final long REAP_SECONDS = 5;

    /** Told of everything that a process says and of its end, by a thread of its own. */
    interface Listener {
        void answered(Response response);

        /** Called once, last. */
        void ended(String how);
    }

    private final Process process;
    private final DataOutputStream requests;

    private ChildProcess(Process process) {
        this.process = process;
        this.requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    }

    /** Starts a process. @throws IOException if the system refuses */
    static ChildProcess start(DecodeSettings.Child settings, Isolation isolation, String name, Listener listener)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(settings, isolation));
        isolation.restrict(builder.environment());
        ChildProcess child = new ChildProcess(builder.start());
        daemon(name + "-log", new ChildLog(name, child.process.getErrorStream()));
        daemon(name + "-answers", () -> child.listen(listener));
        return child;
    }

    private static List<String> command(DecodeSettings.Child settings, Isolation isolation) {
        List<String> command = new ArrayList<>(isolation.prefix());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xms16m");
        command.add("-Xmx" + settings.heapBytes());
        command.addAll(List.of(
                "-XX:+UseSerialGC",
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
                ChildMain.class.getName(),
                String.valueOf(settings.memoryBytes())));
        return command;
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void listen(Listener listener) {
        String how = "";
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16))) {
            for (Response response = Framing.read(in, Response.parser());
                    response != null;
                    response = Framing.read(in, Response.parser())) {
                listener.answered(response);
            }
        } catch (IOException e) {
            how = ", " + e.getMessage();
        } finally {
            process.destroyForcibly();
            listener.ended("process " + process.pid() + " ended" + status() + how);
        }
    }

    private String status() {
        try {
            if (process.waitFor(REAP_SECONDS, TimeUnit.SECONDS)) {
                return " with status " + process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "";
    }

    /** Sends a request; small enough for the pipe never to fill. */
    void send(Request request) throws IOException {
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
            log.debug("pipe to process {} was broken already: {}", process.pid(), e.toString());
        }
    }

    long pid() {
        return process.pid();
    }
}
