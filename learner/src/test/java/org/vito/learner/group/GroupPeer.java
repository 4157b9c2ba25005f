package org.vito.learner.group;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/**
 * One process of a group under test: it says on its standard output what it computes, and ends with 3 if a run fails. Its
 * runs are aborted when its standard input ends.
 */
final class GroupPeer {
    private static final int LENGTH = 5; // no multiple of the number of processes
    private static final int RUNS = 4;
    private static final int FAILED = 3;

    private GroupPeer() {}

    /** Arguments: rank, addresses, milliseconds of the time-out, run before which to die (-1 = none). */
    public static void main(String[] arguments) {
        int rank = Integer.parseInt(arguments[0]);
        List<String> addresses = List.of(arguments[1].split(","));
        Duration timeout = Duration.ofMillis(Long.parseLong(arguments[2]));
        ConfigProto config = ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(1)
                .setInterOpParallelismThreads(1)
                .build();
        boolean failed;
        try (ProcessGroup group = ProcessGroup.start(rank, addresses, timeout, config);
                Graph graph = new Graph()) {
            failed = !computes(group, graph, config, Integer.parseInt(arguments[3]));
        }
        System.out.println("closed");
        System.exit(failed ? FAILED : 0);
    }

    private static boolean computes(ProcessGroup group, Graph graph, ConfigProto config, int last) {
        Ops tf = Ops.create(graph);
        Placeholder<TFloat32> mine = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(LENGTH)));
        Operand<TFloat32> sum = group.sum(tf, mine);
        // A share of an objective that weighs the square of the sum by rank + 1.
        Operand<TFloat32> share =
                tf.reduceSum(tf.math.mul(tf.math.square(sum), tf.constant((float) group.rank() + 1)), tf.constant(0));
        Output<?> gradient = graph.addGradients(share.asOutput(), new Output<?>[] {mine.asOutput()})[0];
        try (Session session = group.open(graph, config)) {
            abortAtTheEndOfInput(group);
            for (int run = 0; run < RUNS; run++) {
                if (run == last) {
                    Runtime.getRuntime().halt(9);
                }
                float value = group.rank() + 10f * run;
                try (TFloat32 fed = TFloat32.vectorOf(value, value, value, value, value + 1);
                        Result result = group.runner(session)
                                .feed(mine, fed)
                                .fetch(sum)
                                .fetch(gradient)
                                .run()) {
                    System.out.println(run + " sum " + text(result, 0) + " gradient " + text(result, 1));
                } catch (TensorFlowException e) {
                    System.out.println(
                            "failed: " + String.valueOf(e.getMessage()).replace('\n', ' '));
                    return false;
                }
            }
        }
        return true;
    }

    private static void abortAtTheEndOfInput(ProcessGroup group) {
        Thread thread = new Thread(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            group.abort();
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static String text(Result result, int index) {
        StringBuilder text = new StringBuilder();
        ((TFloat32) result.get(index)).scalars().forEach(s -> text.append((int) s.getFloat())
                .append(','));
        return text.toString();
    }
}
