package org.vito.tests;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
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
    static final ObjectMapper JSON = new ObjectMapper();

    /** How one part is compared. */
    interface Comparing {
        /** Runs ours and the peer by turns; a result for each comparison. */
        ArrayNode measure(PeerBenchmark bench) throws IOException, InterruptedException;

        /** Results of {@link #measure} for people. */
        String table(ArrayNode results);
    }

    /** The parts that are compared. */
    enum Part {
        LEARNER("vito_torch.py", "torch, numpy, safetensors") {
            @Override
            Comparing comparing() {
                return new LearnerPeers();
            }
        },
        AUGMENT("bench_augment.py", "cv2, numpy") {
            @Override
            Comparing comparing() {
                return new AugmentPeers();
            }
        },
        DECODE("bench_decode.py", "av, cv2, numpy") {
            @Override
            Comparing comparing() {
                return new DecodePeers();
            }
        },
        FEATURES("bench_features.py", "torch, numpy, safetensors") {
            @Override
            Comparing comparing() {
                return new FeaturePeers();
            }
        };

        private final String script;
        private final String libraries;

        Part(String script, String libraries) {
            this.script = script;
            this.libraries = libraries;
        }

        abstract Comparing comparing();
    }

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

    @Option(
            names = "--seconds",
            defaultValue = "2",
            description = "Length of a measurement of views (default: ${DEFAULT-VALUE}).")
    double seconds;

    @Option(
            names = "--video",
            paramLabel = "CLIP",
            description = "Video that the frames of views are taken from (default: made frames).")
    @Nullable
    Path video;

    @Option(
            names = "--kinds",
            split = ",",
            defaultValue = "c,c2,c3",
            description = "Variants of the peer that makes views (default: ${DEFAULT-VALUE}).")
    List<String> kinds;

    @Option(
            names = "--clips",
            split = ",",
            paramLabel = "FILE",
            defaultValue = "tests/target/clips/cockatoo.mp4,tests/target/clips/motion.mov,tests/target/clips/vtest.avi",
            description = "Videos that are decoded, of at least one window (default: ${DEFAULT-VALUE}).")
    List<Path> clips;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "KIND",
            defaultValue = "sequential,sparse,clips",
            description = "What of decoding is compared (default: ${DEFAULT-VALUE}).")
    List<DecodePeers.Kind> only = List.of();

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "How long one run of a program may take before it is ended (default: ${DEFAULT-VALUE}).")
    int limit;

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
        if (rounds < 1 || steps < 1 || warmUp < 0 || threads < 1 || limit < 1 || !(seconds > 0)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rounds, --steps, --limit and --threads must be 1 or more, --seconds above 0");
        }
        List<Part> wanted = parts.stream().distinct().toList();
        for (Part part : wanted) {
            checkPeer(part);
        }
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        StringBuilder tables = new StringBuilder();
        for (Part part : wanted) {
            Comparing comparing = part.comparing();
            ArrayNode results = comparing.measure(this);
            all.addAll(results);
            tables.append(comparing.table(results));
        }
        spec.commandLine().getOut().println(json ? JSON.writeValueAsString(all) : tables);
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

    /** The command line of a program of ours. */
    List<String> ours(List<String> arguments, List<String> more) {
        return concat(List.of(System.getProperty("vito.launcher", "deploy/vito")), arguments, more);
    }

    /** The command line of a peer. */
    List<String> peer(String script, List<String> arguments, List<String> more) {
        return concat(List.of(python, peers.resolve(script).toString()), arguments, more);
    }

    /** Runs a program for as long as {@code --limit} lets it. */
    PeerProcess.Watched run(List<String> command) throws IOException, InterruptedException {
        return run(command, line -> {});
    }

    /** The same; {@code lines} is told its lines as they come. */
    PeerProcess.Watched run(List<String> command, Consumer<String> lines) throws IOException, InterruptedException {
        return PeerProcess.run(command, Duration.ofSeconds(limit), lines);
    }

    static <T> double median(List<T> all, ToDoubleFunction<T> value) {
        double[] sorted = all.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    void say(String text) {
        spec.commandLine().getErr().println(text);
    }

    @SafeVarargs
    static List<String> concat(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return List.copyOf(all);
    }
}
