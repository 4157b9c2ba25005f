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
import java.nio.channels.Channels;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.vito.decode.child.v1.Heading;
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
    /** Exit status of a process whose pipe carried something else than requests. */
    static final int BROKEN_PIPE = 70;

    private static final int NOBODY_LISTENS = 0;

    /** What is done for a request: told answers in between, and returns the last one. */
    interface Work {
        Response.Builder answer(Request request, Consumer<Response.Builder> between) throws IOException;
    }

    private final DataOutputStream out;
    private final Work work;
    private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(2);
    private long bytesLeft = Long.MAX_VALUE;

    private ChildMain(DataOutputStream out, Work work) {
        this.out = out;
        this.work = work;
    }

    /**
     * Runs until standard input ends. Arguments are those of {@link Confinement.Orders}.
     */
    public static void main(String[] arguments) throws Exception {
        run(arguments, ChildMain::decode);
    }

    static void run(String[] arguments, Work work) throws Exception {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(
                Channels.newOutputStream(new FileOutputStream(FileDescriptor.out).getChannel()), 1 << 16));
        System.setOut(System.err); // nothing but messages on the pipe
        long memoryBytes = Long.parseLong(arguments[0]);
        ChildMain child = new ChildMain(out, work);
        daemon("requests", child::listen);
        Libav.load();
        JpegEncoder.load();
        av_max_alloc(memoryBytes);
        daemon("memory", new MemoryGuard(memoryBytes));
        Confinement confinement = Confinement.apply(
                new Confinement.Orders(memoryBytes, Boolean.parseBoolean(arguments[1]), arguments[2], arguments[3]));
        child.send(Response.newBuilder()
                .setReady(Ready.newBuilder()
                        .setPid(ProcessHandle.current().pid())
                        .addAllProtections(confinement.protections())));
        while (true) {
            Request request = child.requests.take();
            confinement.allowCpu(request.getLimits().getCpuSeconds());
            child.answer(request);
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
        bytesLeft = request.getLimits().getMaxBytes();
        Response.Builder last;
        try {
            last = work.answer(request, between -> sendUnchecked(between.setNumber(request.getNumber())));
        } catch (UncheckedIOException e) {
            throw e;
        } catch (RuntimeException e) {
            last = refused(
                    VitoException.reasonOf(e),
                    e instanceof VitoException ? String.valueOf(e.getMessage()) : e.toString());
        } catch (OutOfMemoryError e) { // of native memory; that of the heap ends the process
            last = refused(Reason.TOO_LARGE, "the memory of a decoder process does not suffice: " + e.getMessage());
        }
        bytesLeft = Long.MAX_VALUE;
        send(last.setNumber(request.getNumber()));
    }

    private static Response.Builder refused(Reason reason, String message) {
        return Response.newBuilder()
                .setRefused(Refused.newBuilder().setReason(reason.name()).setMessage(message));
    }

    private static Response.Builder decode(Request request, Consumer<Response.Builder> between) {
        Response.Builder last = Response.newBuilder();
        return switch (request.getWhatCase()) {
            case PROBE -> last.setProbed(VideoProbe.run(request));
            case SAMPLE ->
                last.setSampled(SamplingPass.run(
                        request,
                        us -> between.accept(Response.newBuilder()
                                .setHeading(Heading.newBuilder().setUs(us))),
                        window -> between.accept(Response.newBuilder().setWindow(window))));
            case WHAT_NOT_SET -> throw new VitoException(Reason.INTERNAL, "a request without a wish");
        };
    }

    private void send(Response.Builder response) throws IOException {
        Response message = response.build();
        bytesLeft -= Framing.cost(message.getSerializedSize());
        if (bytesLeft < 0) {
            throw new VitoException(Reason.TOO_LARGE, "the answer is longer than one request may have");
        }
        Framing.write(out, message);
    }

    private void sendUnchecked(Response.Builder response) {
        try {
            send(response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
