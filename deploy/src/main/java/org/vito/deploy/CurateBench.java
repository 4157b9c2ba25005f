package org.vito.deploy;

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
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Frame;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vito bench curate}. */
@Command(
        name = "curate",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Time what VideoNet's rule does to a video.",
        description = {
            "",
            "Titles: made of common words, a fifth of them with a name of the vocabulary, compared with all its names by one"
                    + " thread. With --classifier also frames: JPEGs of 340 × 256 pixels decoded, transformed and"
                    + " classified, 20 at a time, by all cores."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Measured.",
            "1:Vocabulary or weights cannot be read.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExample:%n",
        footer = "  vito bench curate --vocabulary imagenet.txt --classifier resnet50.safetensors")
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
            required = true,
            paramLabel = "FILE",
            description = "The names of one class a line, separated by commas.")
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

    @Option(names = "--json", order = 4, description = "Print one line of JSON instead of a table.")
    boolean json;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (titles < 1000 || titles > 100_000_000) {
            throw new VitoException(Reason.BAD_SETTING, "--titles " + titles + ": expected 1000 to 100000000");
        }
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        CurationBenchmark.Titles found = CurationBenchmark.titles(vocabulary, titles);
        ObjectNode result = JsonNodeFactory.instance
                .objectNode()
                .put("titles", found.titles())
                .put("named", found.named())
                .put("seconds", found.seconds())
                .put("titles_per_s", found.titles() / found.seconds());
        if (classifier != null) {
            EncoderNetworks networks =
                    new EncoderNetworks(ProcessSettings.from(config).data());
            try (FrameClassifier network = networks.classifier(classifier)) {
                result.put("classifier", network.name()).put("frames_per_s", framesPerSecond(network));
            }
        }
        print(spec.commandLine().getOut(), result);
        return 0;
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
        out.println("titles    %,d in %.2f s, %,.0f a second by one thread; %,d name a class"
                .formatted(
                        result.get("titles").asInt(),
                        result.get("seconds").asDouble(),
                        result.get("titles_per_s").asDouble(),
                        result.get("named").asInt()));
        if (result.has("frames_per_s")) {
            out.println("frames    %.1f a second by %s"
                    .formatted(
                            result.get("frames_per_s").asDouble(),
                            result.get("classifier").asText()));
        }
    }
}
