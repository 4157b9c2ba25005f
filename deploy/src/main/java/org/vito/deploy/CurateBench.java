package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vito.augment.Images;
import org.vito.decode.DecodeSettings;
import org.vito.decode.SharingBenchmark;
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
                    + " classified, 20 and 4 at a time, by all cores. With --vectors the index of the rule neighbours: vectors as features"
                    + " of videos are spread are added and searched for their ten nearest by all cores, with growing breadth"
                    + " up to that of the rule and until 0.95 of those are found that comparing with all finds. With --video what the first 100 frames of a video"
                    + " cost a decoder process, or four of them, and its clips with and without these at hand, in processor time;"
                    + " with --classifier too how many videos a second all cores would curate of those that never show their"
                    + " class, beside how many they would make clips of."
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
            "  vito bench curate --video cat.mp4 --video dog.webm",
            "  VITO_JAVA_OPTS=-Xmx6g vito bench curate --vectors 1000000"
        })
final class CurateBench implements Callable<Integer> {
    private static final int WIDTH = 340;
    private static final int HEIGHT = 256;
    private static final int BATCH = 20;
    private static final int FEW = 4; // that VideoNet looks at before the others
    private static final int BATCHES = 5;
    private static final int FIRST_FRAMES = 100; // of a video, as VideoNet judges it
    private static final int EVERY = 25; // and as it does with the preset small

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

    @Option(
            names = "--video",
            order = 6,
            paramLabel = "FILE",
            description = "A video that is decoded for curation and for clips; may be given several times.")
    List<Path> videos = List.of();

    @Option(
            names = "--least-ms",
            order = 7,
            paramLabel = "MS",
            defaultValue = "700",
            description =
                    "How long a round of decoding videos takes at least, 10 to 60000 (default: ${DEFAULT-VALUE}).")
    int leastMs;

    @Option(names = "--json", order = 8, description = "Print one line of JSON instead of a table.")
    boolean json;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (titles < 1000 || titles > 100_000_000) {
            throw new VitoException(Reason.BAD_SETTING, "--titles " + titles + ": expected 1000 to 100000000");
        }
        if (vocabulary == null && classifier == null && vectors == null && videos.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "nothing to time: give --vocabulary, --classifier, --vectors or --video");
        }
        if (leastMs < 10 || leastMs > 60_000) {
            throw new VitoException(Reason.BAD_SETTING, "--least-ms " + leastMs + ": expected 10 to 60000");
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
                result.put("classifier", network.name())
                        .put("frames_per_s", framesPerSecond(network, BATCH))
                        .put("few_frames_per_s", framesPerSecond(network, FEW));
            }
        }
        if (vectors != null) {
            index(
                    result,
                    data.resolve("bench-vectors-" + ProcessHandle.current().pid()),
                    vectors);
        }
        if (!videos.isEmpty()) {
            share(result, config);
        }
        print(spec.commandLine().getOut(), result);
        return 0;
    }

    /** Videos a second that all cores would judge, or make clips of: what a process decodes by one of them, classifying by all. */
    private static void keepingUp(ObjectNode video, ObjectNode result, SharingBenchmark.Result measured) {
        int cores = Runtime.getRuntime().availableProcessors();
        double all = FIRST_FRAMES / result.get("frames_per_s").asDouble();
        double some = measured.someFrames() / result.get("frames_per_s").asDouble(); // of several videos together
        video.put("cores", cores)
                .put("curated_per_s", 1 / (measured.first() / cores + all))
                .put("some_curated_per_s", 1 / (measured.some() / cores + some))
                .put("clips_made_per_s", cores / measured.alone());
    }

    private void share(ObjectNode result, Config config) {
        ArrayNode results = result.putArray("videos");
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench", config);
        try {
            DecodeSettings settings = DecodeSettings.from(config);
            for (Path video : videos) {
                SharingBenchmark.Result measured =
                        SharingBenchmark.run(system, settings, video, FIRST_FRAMES, EVERY, Duration.ofMillis(leastMs));
                ObjectNode one = results.addObject();
                one.put("file", String.valueOf(video.getFileName()))
                        .put("duration_s", measured.info().durationUs() / 1e6)
                        .put("first_frames", FIRST_FRAMES)
                        .put("first_s", measured.first())
                        .put("some_frames", measured.someFrames())
                        .put("some_s", measured.some())
                        .put("clips_s", measured.alone())
                        .put("clips_shared_s", measured.shared())
                        .put("decoded", measured.aloneDecoded())
                        .put("decoded_shared", measured.sharedDecoded())
                        .put("clip_frames", measured.clipFrames())
                        .put("kept_frames", measured.keptFrames())
                        .put("kept_bytes", measured.keptBytes());
                if (result.has("frames_per_s")) {
                    keepingUp(one, result, measured);
                }
            }
        } finally {
            system.terminate();
        }
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

    private static double framesPerSecond(FrameClassifier network, int batch) {
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
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
        return batch * BATCHES * 1e9 / (System.nanoTime() - begin);
    }

    private static void print(PrintWriter out, JsonNode video) {
        out.println(
                "%s, %.1f s: first %d frames %.0f ms of a processor, %d of them %.0f ms; clips %.0f ms, %d frames decoded; with %d of their %d frames kept (%d kB) %.0f ms, %d decoded"
                        .formatted(
                                video.get("file").asText(),
                                video.get("duration_s").asDouble(),
                                video.get("first_frames").asInt(),
                                video.get("first_s").asDouble() * 1e3,
                                video.get("some_frames").asInt(),
                                video.get("some_s").asDouble() * 1e3,
                                video.get("clips_s").asDouble() * 1e3,
                                video.get("decoded").asInt(),
                                video.get("kept_frames").asInt(),
                                video.get("clip_frames").asInt(),
                                video.get("kept_bytes").asInt() / 1000,
                                video.get("clips_shared_s").asDouble() * 1e3,
                                video.get("decoded_shared").asInt()));
        if (video.has("cores")) {
            out.println(
                    "          such videos a second by all %d cores: %.1f made clips of; %.1f judged by %d frames and %.1f by %d if none shows its class"
                            .formatted(
                                    video.get("cores").asInt(),
                                    video.get("clips_made_per_s").asDouble(),
                                    video.get("curated_per_s").asDouble(),
                                    video.get("first_frames").asInt(),
                                    video.get("some_curated_per_s").asDouble(),
                                    video.get("some_frames").asInt()));
        }
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
            out.println("frames    %.1f a second, %d at a time, and %.1f, %d at a time, by %s"
                    .formatted(
                            result.get("frames_per_s").asDouble(),
                            BATCH,
                            result.get("few_frames_per_s").asDouble(),
                            FEW,
                            result.get("classifier").asText()));
        }
        result.path("videos").forEach(one -> print(out, one));
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
