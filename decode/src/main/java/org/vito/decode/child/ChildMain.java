package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.av_max_alloc;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.vito.decode.child.v1.Ready;
import org.vito.decode.child.v1.Refused;
import org.vito.decode.child.v1.Request;
import org.vito.decode.child.v1.Response;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * The decoder process: reads requests from standard input, answers on standard output, complains on standard error. It ends
 * when its input ends, which happens however its parent dies.
 */
public final class ChildMain {
    private static final int NOBODY_LISTENS = 0;
    private static final int BROKEN_PIPE = 3;

    private final DataOutputStream out;
    private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(2);

    private ChildMain(DataOutputStream out) {
        this.out = out;
    }

    /** Runs until standard input ends. The one argument is the most resident memory in bytes. */
    public static void main(String[] arguments) throws Exception {
        DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16));
        System.setOut(System.err); // nothing but messages on the pipe
        long memoryBytes = Long.parseLong(arguments[0]);
        ChildMain child = new ChildMain(out);
        daemon("requests", child::listen);
        Libav.load();
        av_max_alloc(memoryBytes);
        daemon("memory", new MemoryGuard(memoryBytes));
        child.send(Response.newBuilder()
                .setReady(Ready.newBuilder().setPid(ProcessHandle.current().pid())));
        while (true) {
            child.answer(child.requests.take());
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void listen() {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(System.in))) {
            while (true) {
                Request request = Framing.read(in, Request.parser());
                if (request == null) {
                    Runtime.getRuntime().halt(NOBODY_LISTENS);
                } else {
                    requests.add(request); // more at a time than agreed upon is an error
                }
            }
        } catch (IOException | RuntimeException e) {
            System.err.println("decoder process: no more requests: " + e);
            Runtime.getRuntime().halt(BROKEN_PIPE);
        }
    }

    private void answer(Request request) throws IOException {
        Response.Builder last = Response.newBuilder().setNumber(request.getNumber());
        try {
            switch (request.getWhatCase()) {
                case PROBE -> last.setProbed(VideoProbe.run(request));
                case SAMPLE ->
                    last.setSampled(SamplingPass.run(
                            request,
                            window -> sendUnchecked(Response.newBuilder()
                                    .setNumber(request.getNumber())
                                    .setWindow(window))));
                case WHAT_NOT_SET -> throw new VitoException(Reason.INTERNAL, "a request without a wish");
            }
        } catch (UncheckedIOException e) {
            throw e;
        } catch (RuntimeException e) {
            last.setRefused(Refused.newBuilder()
                    .setReason(VitoException.reasonOf(e).name())
                    .setMessage(e instanceof VitoException ? String.valueOf(e.getMessage()) : e.toString()));
        }
        send(last);
    }

    private void send(Response.Builder response) throws IOException {
        Framing.write(out, response.build());
    }

    private void sendUnchecked(Response.Builder response) {
        try {
            send(response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
