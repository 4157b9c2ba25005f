package org.vito.decode.child;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.vito.decode.child.v1.Heading;
import org.vito.decode.child.v1.Probed;
import org.vito.decode.child.v1.Request;
import org.vito.decode.child.v1.Response;
import org.vito.decode.child.v1.SampledWindow;

/**
 * A decoder process whose native code has been taken over, or so it behaves: started and confined like a real one, it crashes
 * instead of sampling, and instead of probing does what the name of the file says, and answers with what came of it as a title.
 */
public final class Misbehaving {
    private static final int CHUNK = 8 << 20;

    private Misbehaving() {}

    public static void main(String[] arguments) throws Exception {
        ChildMain.run(arguments, Misbehaving::answer);
    }

    private static Response.Builder answer(Request request, Consumer<Response.Builder> between) {
        Path file = Path.of(request.getPath());
        String outcome;
        try {
            outcome = act(request.hasSample() ? "crash" : String.valueOf(file.getFileName()), file, between);
        } catch (IOException | LastErrorException e) {
            outcome = "refused: " + e.getMessage();
        }
        return Response.newBuilder().setProbed(Probed.newBuilder().setTitle(outcome));
    }

    private static String act(String what, Path file, Consumer<Response.Builder> between) throws IOException {
        return switch (what) {
            case "socket" -> {
                new DatagramSocket().close();
                yield "made a socket";
            }
            case "native-socket" -> Kernel.load().reachesNetwork() ? "reached the network" : "refused: no way out";
            case "write" -> {
                Files.writeString(file.resolveSibling("written"), "here");
                yield "wrote a file";
            }
            case "append" -> {
                Files.write(file, new byte[1], StandardOpenOption.APPEND);
                yield "appended to a file";
            }
            case "delete" -> {
                Files.delete(file);
                yield "deleted a file";
            }
            case "run" -> {
                new ProcessBuilder("true").start();
                yield "ran a program";
            }
            case "read" -> "read " + Files.size(file) + " bytes";
            case "memory" -> allocate();
            case "map" -> map(file);
            case "cpu" -> spin();
            case "sleep" -> sleep();
            case "flood" -> flood();
            case "crash" -> {
                between.accept(
                        Response.newBuilder().setHeading(Heading.newBuilder().setUs(1_234_000)));
                yield "read " + new Pointer(16).getInt(0);
            }
            case "exit" -> {
                Runtime.getRuntime().halt(9);
                yield "";
            }
            default -> throw new IllegalArgumentException(what);
        };
    }

    /** Natively, untouched, as a decoder would for a lying header. */
    private static String allocate() {
        List<Memory> held = new ArrayList<>();
        try {
            while (held.size() < 10_000) {
                held.add(new Memory(CHUNK));
            }
            return "got " + held.size() * (CHUNK >> 20) + " MiB";
        } finally {
            held.forEach(Memory::close);
        }
    }

    /** Memory that is not private, so that the system's limit does not see it. */
    private static String map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer pages = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            long sum = 0;
            for (int at = 0; at >= 0; at = (at + 4096) % pages.capacity()) {
                sum += pages.get(at);
            }
            return "never " + sum;
        }
    }

    private static String spin() {
        long turns = 0;
        while (turns >= 0) {
            turns = turns + 1 & Long.MAX_VALUE;
        }
        return "never";
    }

    private static String sleep() {
        while (true) {
            LockSupport.park();
        }
    }

    /** Past the process's own count of what it has answered, which taken-over code would not keep. */
    private static String flood() throws IOException {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
        while (true) {
            Framing.write(
                    out,
                    Response.newBuilder()
                            .setWindow(SampledWindow.getDefaultInstance())
                            .build());
        }
    }
}
