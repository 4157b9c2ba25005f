package org.vito.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What {@code tests/bench-peers} runs, from this source: ours and the peers' programs by turns, each a process of its own. */
@Command(
        name = "bench-peers",
        mixinStandardHelpOptions = true,
        header = "Measure VITO and its peers by turns in one run, and print the ratios.",
        description = {
            "",
            "The speed of a machine drifts, so only ratios of one run count: each round runs ours, then the peer's,"
                    + " for every comparison. Memory is the most that a process had resident; processor time that of the"
                    + " measured steps."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:Measured.", "1:A program failed or is missing.", "2:The command line cannot be used."})
final class PeerBenchmark implements Callable<Integer> {
    private static final int POLL_MS = 20;
    private static final int LINES = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The parts that are compared. */
    enum Part {
        LEARNER("vito_torch.py", "torch, numpy, safetensors") {
            @Override
            List<Comparison> comparisons() {
                return List.of(step(4, 3, 112), step(8, 3, 64));
            }
        };

        private final String script;
        private final String libraries;

        Part(String script, String libraries) {
            this.script = script;
            this.libraries = libraries;
        }

        abstract List<Comparison> comparisons();

        private static Comparison step(int clips, int views, int size) {
            List<String> batch = List.of("--clips", "" + clips, "--views", "" + views, "--size", "" + size);
            return new Comparison(
                    LEARNER,
                    "step of resnet50, %d clips × %d views × %d²".formatted(clips, views, size),
                    concat(List.of("bench", "learner", "--json", "--preset", "paper"), batch),
                    "--warm-up",
                    concat(List.of("bench", "--arch", "resnet50"), batch),
                    "--warmup");
        }
    }

    /**
     * Two programs that do the same work; both take {@code --threads} and {@code --steps}, and print as their last line JSON with
     * {@code ms_median}.
     *
     * @param ours arguments of the {@code vito} command
     * @param peer arguments of the part's script
     */
    record Comparison(
            Part part, String name, List<String> ours, String ourWarmUp, List<String> peer, String peerWarmUp) {}

    /** One run of a program: milliseconds of a step by the clock and of all processors, and most memory resident. */
    record Run(double ms, double processorMs, double residentBytes) {}

    /** The two runs of a round. */
    record Pair(Run ours, Run peer) {}

    @Spec
    CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "PART",
            description = "What to compare: ${COMPLETION-CANDIDATES}; default: all.")
    List<Part> parts = List.of(Part.values());

    @Option(names = "--peers", required = true, paramLabel = "DIR", description = "Directory of the peers' programs.")
    Path peers;

    @Option(names = "--rounds", defaultValue = "5", description = "Pairs of runs (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(names = "--steps", defaultValue = "5", description = "Steps measured in a run (default: ${DEFAULT-VALUE}).")
    int steps;

    @Option(names = "--warm-up", defaultValue = "2", description = "Steps before them (default: ${DEFAULT-VALUE}).")
    int warmUp;

    @Option(names = "--threads", defaultValue = "2", description = "Threads of each (default: ${DEFAULT-VALUE}).")
    int threads;

    @Option(names = "--python", defaultValue = "python3", description = "Python to use (default: ${DEFAULT-VALUE}).")
    String python;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    boolean json;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new PeerBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println("bench-peers: " + e.getMessage());
                    return 1;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (rounds < 1 || steps < 1 || warmUp < 0 || threads < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds, --steps and --threads must be 1 or more");
        }
        for (Part part : parts) {
            checkPeer(part);
        }
        ArrayNode results = JsonNodeFactory.instance.arrayNode();
        for (Comparison comparison : parts.stream()
                .distinct()
                .flatMap(part -> part.comparisons().stream())
                .toList()) {
            List<Pair> pairs = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                Pair pair = new Pair(ours(comparison), peer(comparison));
                pairs.add(pair);
                say("%s, round %d/%d: ours %.1f ms, peer %.1f ms, ratio %.3f"
                        .formatted(
                                comparison.name(),
                                round,
                                rounds,
                                pair.ours().ms(),
                                pair.peer().ms(),
                                speed(pair)));
            }
            results.add(result(comparison, pairs));
        }
        spec.commandLine().getOut().println(json ? JSON.writeValueAsString(results) : table(results));
        return 0;
    }

    private void checkPeer(Part part) throws IOException, InterruptedException {
        Path script = peers.resolve(part.script);
        if (!Files.isReadable(script)) {
            throw new IOException("the peer %s is not there or cannot be read".formatted(script));
        }
        try {
            run(List.of(python, "-c", "import " + part.libraries));
        } catch (IOException e) {
            throw new IOException(
                    "%s needs Python with %s: %s".formatted(part.script, part.libraries, e.getMessage()), e);
        }
    }

    private Run ours(Comparison c) throws IOException, InterruptedException {
        return measure(
                concat(List.of(System.getProperty("vito.launcher", "deploy/vito")), c.ours(), how(c.ourWarmUp())));
    }

    private Run peer(Comparison c) throws IOException, InterruptedException {
        return measure(
                concat(List.of(python, peers.resolve(c.part().script).toString()), c.peer(), how(c.peerWarmUp())));
    }

    private List<String> how(String warmUpOption) {
        return List.of("--threads", "" + threads, "--steps", "" + steps, warmUpOption, "" + warmUp);
    }

    /** Of the processor time of a process, that of its measured steps: they are the last thing before the result. */
    private Run measure(List<String> command) throws IOException, InterruptedException {
        Watched watched = run(command);
        double ms = JSON.readTree(watched.lastLine).path("ms_median").asDouble(Double.NaN);
        if (Double.isNaN(ms)) {
            throw new IOException("%s did not end with a line of JSON that has ms_median but with: %s"
                    .formatted(String.join(" ", command), watched.lastLine));
        }
        long begin = watched.lastLineNanos - (long) (steps * ms * 1e6);
        double processorMs = (watched.processorMs(watched.lastLineNanos) - watched.processorMs(begin)) / steps;
        return new Run(ms, processorMs, watched.residentBytes);
    }

    private static Watched run(List<String> command) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("bench-peers", ".log");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            Watched watched = new Watched();
            try {
                CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> watched.read(process));
                while (!process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                    watched.look(process);
                }
                reading.join();
            } finally {
                process.destroy();
            }
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed:\n" + tail(Files.readString(errors)));
            }
            return watched;
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private static String tail(String text) {
        List<String> lines = text.strip().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    }

    /** What is seen of a process from outside while it runs. */
    private static final class Watched {
        private final TreeMap<Long, Double> processor = new TreeMap<>();
        private double residentBytes;
        private volatile String lastLine = "";
        private volatile long lastLineNanos;

        void read(Process process) {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    lastLineNanos = System.nanoTime();
                    lastLine = line;
                }
            } catch (IOException e) {
                lastLine = e.toString();
            }
        }

        void look(Process process) throws IOException {
            process.info()
                    .totalCpuDuration()
                    .map(Duration::toNanos)
                    .ifPresent(nanos -> processor.put(System.nanoTime(), nanos / 1e6));
            try {
                Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .forEach(line -> residentBytes = 1024.0 * Long.parseLong(line.replaceAll("[^0-9]", "")));
            } catch (NoSuchFileException e) {
                // it has ended, or this is not Linux: then memory stays unknown
                return;
            }
        }

        /** Processor time used until a moment, by the last look before it. */
        double processorMs(long nanos) {
            return processor.floorEntry(nanos) == null
                    ? 0
                    : processor.floorEntry(nanos).getValue();
        }
    }

    private ObjectNode result(Comparison comparison, List<Pair> pairs) {
        ObjectNode result = JsonNodeFactory.instance
                .objectNode()
                .put("part", comparison.part().name().toLowerCase(Locale.ROOT))
                .put("comparison", comparison.name())
                .put("threads", threads)
                .put("rounds", pairs.size());
        put(result.putObject("ours"), pairs.stream().map(Pair::ours).toList());
        put(result.putObject("peer"), pairs.stream().map(Pair::peer).toList());
        ArrayNode ratios = result.putArray("speed_ratios");
        pairs.forEach(pair -> ratios.add(speed(pair)));
        return result.put("speed_ratio", median(pairs, PeerBenchmark::speed))
                .put(
                        "processor_ratio",
                        median(pairs, p -> p.ours().processorMs() / p.peer().processorMs()))
                .put(
                        "resident_ratio",
                        median(pairs, p -> p.ours().residentBytes() / p.peer().residentBytes()));
    }

    private static void put(ObjectNode side, List<Run> runs) {
        side.put("ms", median(runs, Run::ms))
                .put("processor_ms", median(runs, Run::processorMs))
                .put("resident_bytes", median(runs, Run::residentBytes));
    }

    private static String table(ArrayNode results) {
        StringBuilder table = new StringBuilder();
        for (JsonNode result : results) {
            table.append("%n%s, %d threads, medians of %d rounds%n"
                    .formatted(
                            result.get("comparison").asText(),
                            result.get("threads").asInt(),
                            result.get("rounds").asInt()));
            JsonNode ours = result.get("ours");
            JsonNode peer = result.get("peer");
            table.append("%-28s %10s %10s %14s%n".formatted("", "ours", "peer", "ratio"));
            row(table, "step, ms", ours, peer, "ms", 1, result.get("speed_ratio"), "× as fast");
            row(table, "processor time, ms", ours, peer, "processor_ms", 1, result.get("processor_ratio"), "× as much");
            row(
                    table,
                    "resident at most, MiB",
                    ours,
                    peer,
                    "resident_bytes",
                    1 << 20,
                    result.get("resident_ratio"),
                    "× as much");
            table.append("ratios of speed:");
            result.get("speed_ratios").forEach(ratio -> table.append(" %.3f".formatted(ratio.asDouble())));
            table.append(System.lineSeparator());
        }
        return table.toString();
    }

    private static void row(
            StringBuilder table,
            String what,
            JsonNode ours,
            JsonNode peer,
            String key,
            double unit,
            JsonNode ratio,
            String words) {
        table.append("%-28s %10.1f %10.1f %8.3f %s%n"
                .formatted(
                        what,
                        ours.get(key).asDouble() / unit,
                        peer.get(key).asDouble() / unit,
                        ratio.asDouble(),
                        words));
    }

    private static double speed(Pair pair) {
        return pair.peer().ms() / pair.ours().ms();
    }

    private static <T> double median(List<T> all, ToDoubleFunction<T> value) {
        double[] sorted = all.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private void say(String text) {
        spec.commandLine().getErr().println(text);
    }

    @SafeVarargs
    private static List<String> concat(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return List.copyOf(all);
    }
}
