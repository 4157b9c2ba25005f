package org.vito.learner.group;

import java.time.Duration;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.family.TNumber;

/**
 * The processes whose graphs compute one step together, seen from one of them. All build the same graph and run it in the
 * same order; a collective operation of it waits for the others.
 *
 * <p>Used by one thread at a time.
 */
public interface ProcessGroup extends AutoCloseable {
    /** A process by itself: sums are what they are sums of. */
    static ProcessGroup alone() {
        return new Alone();
    }

    /**
     * The group of {@code addresses.size()} processes, each of which starts its own part of it.
     *
     * @param rank place of this process among them, from 0
     * @param addresses for each rank {@code host:port}; the port of this one must be free
     * @param timeout longest wait of a collective operation for the others
     * @param config devices and threads of this process
     * @throws org.tensorflow.exceptions.TensorFlowException if this process cannot listen at its address
     */
    static ProcessGroup start(int rank, List<String> addresses, Duration timeout, ConfigProto config) {
        return ServerGroup.start(rank, addresses, timeout, config);
    }

    /** Place of this process among all, from 0. */
    int rank();

    /** Number of processes. */
    int size();

    /** A session whose runs may contain collective operations, if they are made with {@link #runner}. */
    Session open(Graph graph, ConfigProto config);

    /**
     * A run with collective operations. Every process of the group must make the same such runs in the same order; one whose
     * peers do not come fails after the group's time-out with a {@link org.tensorflow.exceptions.TensorFlowException}.
     */
    Session.Runner runner(Session session);

    /**
     * The sum of {@code mine} over all processes, the same everywhere. Its gradient is the sum of the gradients.
     *
     * @param mine of one shape in all processes
     */
    <T extends TNumber> Operand<T> sum(Ops tf, Operand<T> mine);

    /**
     * What all processes have, by rank, {@code [size, ...]}, the same everywhere. Its gradient is, for each process, the sum
     * of the gradients of its share.
     *
     * @param mine of one shape in all processes, with a known number of dimensions
     */
    default <T extends TNumber> Operand<T> gather(Ops tf, Operand<T> mine) {
        Operand<T> row = tf.expandDims(mine, tf.constant(0));
        if (size() == 1) {
            return row;
        }
        int[][] zeros = new int[row.shape().numDimensions()][2];
        zeros[0] = new int[] {rank(), size() - 1 - rank()};
        Operand<T> zero = tf.dtypes.cast(tf.constant(0), mine.type());
        return sum(tf, tf.pad(row, tf.constant(zeros), zero));
    }

    /** Fails the runs under way in this process, and every later one; callable from any thread. */
    void abort();

    /** Ends the process's part; sessions must be closed before. */
    @Override
    void close();
}
