package org.vito.learner.group;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Server;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ClusterDef;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.JobDef;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.ServerDef;
import org.tensorflow.types.family.TNumber;

/**
 * A group whose processes reach each other through a TensorFlow server in each of them.
 *
 * <p>Sums are {@code CollectiveReduce} operations: rings over gRPC between CPUs, NCCL between GPUs. Processes recognise an
 * operation by its instance key, which counts the operations in the order in which a graph is built, and a run by a sequence
 * number that is kept for each graph key. An operation that waits longer than its time-out, or whose peer has gone, fails and
 * fails every later one of the server: after that a new group needs new servers, hence new ports.
 *
 * <p>TensorFlow's server cannot be shut down ("Clean shutdown is not currently implemented"; its destructor would end the
 * process). What is left of one, after its sessions are closed and their variables destroyed, is some ninety idle threads.
 */
final class ServerGroup implements ProcessGroup {
    private static final String JOB = "learner";
    private static final String REDUCE = "CollectiveReduce";
    private static final long GROUP_KEY = 1;
    private static final long GRAPH_KEY = 1;
    private static final long GRADIENT_KEYS = 1 << 24; // above those of the operations whose gradients they belong to

    static {
        TensorFlow.registerCustomGradient(REDUCE, ServerGroup::gradientOfSum);
    }

    private final int rank;
    private final List<String> addresses;
    private final Duration timeout;
    private final AtomicLong operations = new AtomicLong();
    private final List<TargetSession> sessions = new ArrayList<>();
    private boolean aborted;

    @SuppressWarnings({"unused", "FieldCanBeLocal"}) // keeps the server from being collected
    private final Server server;

    private ServerGroup(int rank, List<String> addresses, Duration timeout, Server server) {
        this.rank = rank;
        this.addresses = addresses;
        this.timeout = timeout;
        this.server = server;
    }

    /**
     * Starts the server of process {@code rank}.
     *
     * @param addresses for each rank {@code host:port}; the port of this one must be free
     * @param timeout longest wait of a collective operation for the others
     * @param config of the server's devices and threads
     * @throws org.tensorflow.exceptions.TensorFlowException if it cannot listen there
     */
    static ServerGroup start(int rank, List<String> addresses, Duration timeout, ConfigProto config) {
        JobDef.Builder job = JobDef.newBuilder().setName(JOB);
        for (int task = 0; task < addresses.size(); task++) {
            job.putTasks(task, addresses.get(task));
        }
        Server server = new Server(ServerDef.newBuilder()
                .setProtocol("grpc")
                .setJobName(JOB)
                .setTaskIndex(rank)
                .setCluster(ClusterDef.newBuilder().addJob(job))
                .setDefaultSessionConfig(collective(config, rank))
                .build());
        server.start();
        return new ServerGroup(rank, List.copyOf(addresses), timeout, server);
    }

    private static ConfigProto collective(ConfigProto config, int rank) {
        return config.toBuilder()
                .addDeviceFilters(task(rank))
                .setIsolateSessionState(true)
                .clearUsePerSessionThreads() // the server's threads serve all its sessions
                .setExperimental(config.getExperimental().toBuilder()
                        .setCollectiveGroupLeader(task(0))
                        .setCollectiveNccl(true))
                .build();
    }

    private static String task(int rank) {
        return "/job:" + JOB + "/replica:0/task:" + rank;
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return addresses.size();
    }

    @Override
    public synchronized Session open(Graph graph, ConfigProto config) {
        TargetSession opened = TargetSession.open(graph, "grpc://" + addresses.get(rank), collective(config, rank));
        sessions.add(opened);
        if (aborted) {
            opened.abort();
        }
        return opened.session();
    }

    @Override
    public Session.Runner runner(Session session) {
        return session.runner()
                .setOptions(RunOptions.newBuilder()
                        .setExperimental(RunOptions.Experimental.newBuilder().setCollectiveGraphKey(GRAPH_KEY))
                        .build());
    }

    @Override
    public <T extends TNumber> Operand<T> sum(Ops tf, Operand<T> mine) {
        return reduce(tf, mine.asOutput(), size(), operations.incrementAndGet(), timeout.toMillis() / 1000f)
                .expect(mine.type());
    }

    @Override
    public synchronized void abort() {
        aborted = true;
        sessions.forEach(TargetSession::abort);
    }

    /** Frees what the sessions held, which are closed by now; the server stays. */
    @Override
    public synchronized void close() {
        sessions.forEach(TargetSession::close);
        sessions.clear();
    }

    private static Output<?> reduce(Ops tf, Output<?> mine, long size, long key, float timeoutSeconds) {
        return tf.scope()
                .opBuilder(REDUCE, REDUCE)
                .addInput(mine)
                .setAttr("group_size", size)
                .setAttr("group_key", GROUP_KEY)
                .setAttr("instance_key", key)
                .setAttr("merge_op", "Add")
                .setAttr("final_op", "Id")
                .setAttr("subdiv_offsets", new long[] {0})
                .setAttr("communication_hint", "auto")
                .setAttr("timeout_seconds", timeoutSeconds)
                .build()
                .output(0);
    }

    /** Every process's objective depends on every process's share of the sum, so their gradients add up. */
    private static List<Operand<?>> gradientOfSum(Ops tf, GraphOperation sum, List<Output<?>> gradients) {
        long key = sum.attributes().getAttrInt("instance_key");
        return List.of(reduce(
                tf,
                gradients.get(0),
                sum.attributes().getAttrInt("group_size"),
                key + GRADIENT_KEYS,
                sum.attributes().getAttrFloat("timeout_seconds")));
    }
}
