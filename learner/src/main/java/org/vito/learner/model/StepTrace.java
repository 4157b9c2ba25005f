package org.vito.learner.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.RunOptions;

/**
 * Where the time of a step went: the operations TensorFlow ran, each with the time its kernel took. Operations run side by
 * side, so that their sum may be more than the step's time on the clock.
 */
public final class StepTrace {
    /** Of devices that report both the launch of a kernel and its run, this one has the runs. */
    private static final String KERNELS = "stream:all";

    private static final RunOptions OPTIONS = RunOptions.newBuilder()
            .setTraceLevel(RunOptions.TraceLevel.FULL_TRACE)
            .build();
    private static final Pattern LABEL = Pattern.compile(".* = ([A-Za-z0-9_]+)\\(.*", Pattern.DOTALL);
    private static final Pattern KERNEL = Pattern.compile(".*:([A-Za-z0-9_]+)", Pattern.DOTALL);
    private static final int NODES = 40;

    private record Node(String name, String kind, long micros) {}

    private record Row(String name, int calls, long micros) {}

    private final List<Node> nodes = new ArrayList<>();

    /** Runs a part of the step and takes down what it did. */
    Result run(Session.Runner runner) {
        Result result = runner.setOptions(OPTIONS).runAndFetchMetadata();
        result.getMetadata().ifPresent(this::add);
        return result;
    }

    private void add(RunMetadata run) {
        List<DeviceStepStats> devices = run.getStepStats().getDevStatsList();
        boolean kernels = devices.stream().anyMatch(device -> device.getDevice().endsWith(KERNELS));
        for (DeviceStepStats device : devices) {
            if (!kernels || device.getDevice().endsWith(KERNELS)) {
                device.getNodeStatsList().forEach(stats -> nodes.add(node(stats)));
            }
        }
    }

    private static Node node(NodeExecStats stats) {
        return new Node(
                stats.getNodeName(), kind(stats), Math.max(0, stats.getOpEndRelMicros() - stats.getOpStartRelMicros()));
    }

    /** Processors' operations have labels like {@code name = Kind(inputs)}, kernels of GPUs names like {@code name:Kind}. */
    static String kind(NodeExecStats stats) {
        Matcher label = LABEL.matcher(stats.getTimelineLabel());
        if (label.matches()) {
            return label.group(1);
        }
        Matcher kernel = KERNEL.matcher(stats.getNodeName());
        return kernel.matches() ? kernel.group(1) : "(other)";
    }

    /** Microseconds of all operations together. */
    public long micros() {
        return nodes.stream().mapToLong(Node::micros).sum();
    }

    /** A table of the kinds of operation and one of the longest single ones, for people. */
    public String table() {
        StringBuilder table = new StringBuilder();
        table.append(String.format(Locale.ROOT, "%10s %7s %7s  %s%n", "ms", "%", "calls", "kind of operation"));
        rows(Node::kind).forEach(row -> append(table, row));
        table.append(String.format(Locale.ROOT, "%n%10s %7s %7s  %s%n", "ms", "%", "calls", "operation"));
        rows(node -> node.kind() + "  " + node.name()).stream().limit(NODES).forEach(row -> append(table, row));
        return table.toString();
    }

    private void append(StringBuilder table, Row row) {
        table.append(String.format(
                Locale.ROOT,
                "%10.2f %7.2f %7d  %s%n",
                row.micros() / 1e3,
                100.0 * row.micros() / Math.max(1, micros()),
                row.calls(),
                row.name()));
    }

    /** Calls and time by what {@code key} makes of a node, the longest first. */
    private List<Row> rows(Function<Node, String> key) {
        Map<String, Row> rows = new HashMap<>();
        for (Node node : nodes) {
            rows.merge(
                    key.apply(node),
                    new Row(key.apply(node), 1, node.micros()),
                    (a, b) -> new Row(a.name(), a.calls() + b.calls(), a.micros() + b.micros()));
        }
        return rows.values().stream()
                .sorted(Comparator.comparingLong(Row::micros).reversed().thenComparing(Row::name))
                .toList();
    }
}
