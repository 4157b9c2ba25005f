package org.vito.deploy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vito.augment.Images;
import org.vito.ingest.CurationBenchmark;
import org.vito.ingest.FrameClassifier;
import org.vito.ingest.VectorBenchmark;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Frame;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vito bench curate}. */
@Command(
        name = "curate",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Time what the rules of curation do to a video.",
        description = {
            "",
            "Titles: made of common words, a fifth of them with a name of the vocabulary, compared with all its names by one"
                    + " thread. With --classifier also frames: JPEGs of 340 × 256 pixels decoded, transformed and"
                    + " classified, 20 at a time, by all cores. With --vectors the index of the rule neighbours: vectors as features"
                    + " of videos are spread are added and searched for their ten nearest by all cores, with growing breadth"
                    + " until 0.95 of those are found that comparing with all finds."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Measured.",
            "1:Vocabulary or weights cannot be read.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito bench curate --vocabulary imagenet.txt --classifier resnet50.safetensors",
            "  VITO_JAVA_OPTS=-Xmx6g vito bench curate --vectors 1000000"
        })
final class CurateBench implements Callable<Integer> {
    private static final int WIDTH = 340;
    private static final int HEIGHT = 256;
    private static final int BATCH = 20;
    private static final int BATCHES = 5;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--vocabulary",
            order = 1,
            paramLabel = "FILE",
            description = "The names of one class a line, separated by commas; without it no titles are looked at.")
    @Nullable
    Path vocabulary;

    @Option(
            names = "--titles",
            order = 2,
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Titles that are looked at, 1000 to 100000000 (default: ${DEFAULT-VALUE}).")
    int titles;

    @Option(
            names = "--classifier",
            order = 3,
            paramLabel = "WEIGHTS",
            description = "Weights with a classifier, as in vito.ingest.curate.videonet.classifier.")
    @Nullable
    String classifier;

    @Option(
            names = "--vectors",
            order = 4,
            paramLabel = "N",
            description =
                    "Vectors in the index, 1000 to 10000000. Needs 8 bytes of memory for each coordinate (VITO_JAVA_OPTS=-Xmx…)"
                            + " and 4 of the disk below --data.")
    @Nullable
    Integer vectors;

    @Option(
            names = "--dimensions",
            order = 5,
            paramLabel = "N",
            defaultValue = "256",
            description = "Coordinates of a vector, 8 to 4096 (default: ${DEFAULT-VALUE}).")
    int dimensions;

    @Option(names = "--json", order = 6, description = "Print one line of JSON instead of a table.")
    boolean json;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (titles < 1000 || titles > 100_000_000) {
            throw new VitoException(Reason.BAD_SETTING, "--titles " + titles + ": expected 1000 to 100000000");
        }
        if (vocabulary == null && classifier == null && vectors == null) {
            throw new ParameterException(
                    spec.commandLine(), "nothing to time: give --vocabulary, --classifier or --vectors");
        }
        if (vectors != null && (vectors < 1000 || vectors > 10_000_000 || dimensions < 8 || dimensions > 4096)) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "--vectors %d --dimensions %d: expected 1000 to 10000000 vectors of 8 to 4096 dimensions"
                            .formatted(vectors, dimensions));
        }
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        Path data = ProcessSettings.from(config).data();
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        if (vocabulary != null) {
            CurationBenchmark.Titles found = CurationBenchmark.titles(vocabulary, titles);
            result.put("titles", found.titles())
                    .put("named", found.named())
                    .put("seconds", found.seconds())
                    .put("titles_per_s", found.titles() / found.seconds());
        }
        if (classifier != null) {
            EncoderNetworks networks = new EncoderNetworks(data);
            try (FrameClassifier network = networks.classifier(classifier)) {
                result.put("classifier", network.name()).put("frames_per_s", framesPerSecond(network));
            }
        }
        if (vectors != null) {
            index(
                    result,
                    data.resolve("bench-vectors-" + ProcessHandle.current().pid()),
                    vectors);
        }
        print(spec.commandLine().getOut(), result);
        return 0;
    }

    private void index(ObjectNode result, Path directory, int count) {
        int threads = Runtime.getRuntime().availableProcessors();
        VectorBenchmark.Result measured = VectorBenchmark.run(directory, count, dimensions, threads);
        result.put("vectors", count)
                .put("dimensions", dimensions)
                .put("threads", threads)
                .put("parts", measured.parts())
                .put("build_s", measured.buildSeconds())
                .put("index_bytes", measured.bytes())
                .put("heap_bytes", measured.heapBytes());
        ArrayNode searches = result.putArray("searches");
        measured.searches().forEach(one -> searches.addObject()
                .put("breadth", one.breadth())
                .put("per_s", one.perSecond())
                .put("recall", one.recall()));
    }

    private static double framesPerSecond(FrameClassifier network) {
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            CounterRandom random = CounterRandom.of(7, "frame", i, 0);
            byte[] rgb = new byte[WIDTH * HEIGHT * 3];
            for (int at = 0; at < rgb.length; at++) {
                rgb[at] = (byte) (at / (WIDTH * 3) + random.nextInt(40));
            }
            frames.add(Frame.newBuilder()
                    .setJpeg(ByteString.copyFrom(Images.jpeg(WIDTH, HEIGHT, rgb, 92)))
                    .build());
        }
        network.classify(frames); // compiles the graph
        long begin = System.nanoTime();
        for (int i = 0; i < BATCHES; i++) {
            network.classify(frames);
        }
        return BATCH * BATCHES * 1e9 / (System.nanoTime() - begin);
    }

    private void print(PrintWriter out, ObjectNode result) {
        if (json) {
            out.println(result);
            return;
        }
        if (result.has("titles")) {
            out.println("titles    %,d in %.2f s, %,.0f a second by one thread; %,d name a class"
                    .formatted(
                            result.get("titles").asInt(),
                            result.get("seconds").asDouble(),
                            result.get("titles_per_s").asDouble(),
                            result.get("named").asInt()));
        }
        if (result.has("frames_per_s")) {
            out.println("frames    %.1f a second by %s"
                    .formatted(
                            result.get("frames_per_s").asDouble(),
                            result.get("classifier").asText()));
        }
        if (result.has("vectors")) {
            out.println(
                    "vectors   %,d of %d dimensions, built in %.0f s by %d threads: %d parts, %,d MiB of disk, %,d MiB of heap"
                            .formatted(
                                    result.get("vectors").asInt(),
                                    result.get("dimensions").asInt(),
                                    result.get("build_s").asDouble(),
                                    result.get("threads").asInt(),
                                    result.get("parts").asInt(),
                                    result.get("index_bytes").asLong() >> 20,
                                    result.get("heap_bytes").asLong() >> 20));
            result.get("searches")
                    .forEach(one -> out.println("searches  %,.0f a second, %.3f of the ten nearest found (breadth %d)"
                            .formatted(
                                    one.get("per_s").asDouble(),
                                    one.get("recall").asDouble(),
                                    one.get("breadth").asInt())));
        }
    }
}
