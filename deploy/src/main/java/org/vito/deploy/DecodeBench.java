package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.vito.decode.DecodeBenchmark;
import org.vito.decode.DecodeSettings;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vito bench decode}. */
@Command(
        name = "decode",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Time the decoding of videos by decoder processes.",
        description = {
            "",
            "Three parts, through the processes, pipes and settings of the decode role: sequential, every frame in order;"
                    + " sparse, 3 frames at random times of each of many windows at random places, in one request for"
                    + " all windows and in one for each; clips, the video made into clips of 8 frames a window, at"
                    + " full JPEG quality. Spanned frames are those from keyframes up to the wanted ones: fewer are"
                    + " decoded where frames that nothing refers to are left out."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Measured.",
            "1:A video was refused; the message says why.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  vito bench decode cat.mp4 dog.webm", "  vito bench decode cat.mp4 --children 1 --json"})
final class DecodeBench implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Videos of at least one window.")
    List<Path> files = List.of();

    @Option(
            names = "--windows",
            order = 1,
            paramLabel = "N",
            defaultValue = "20",
            description = "Windows of the sparse part (default: ${DEFAULT-VALUE}).")
    int windows;

    @Option(
            names = "--rounds",
            order = 2,
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds, of which medians are told (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--least-ms",
            order = 3,
            paramLabel = "MS",
            defaultValue = "500",
            description = "A measurement is repeated until it took so long (default: ${DEFAULT-VALUE}).")
    int leastMs;

    @Option(
            names = "--children",
            order = 4,
            paramLabel = "1|2",
            defaultValue = "2",
            description = {
                "With 2, clips are also made by two processes at a time, in turn with one, and what their parent takes of"
                        + " a processor meanwhile is told (default: ${DEFAULT-VALUE})."
            })
    int children;

    @Option(
            names = "--only",
            order = 5,
            split = ",",
            paramLabel = "PART",
            defaultValue = "sequential,sparse,clips",
            description = "Parts that are timed (default: ${DEFAULT-VALUE}).")
    List<DecodeBenchmark.Part> parts = List.of();

    @Option(names = "--json", order = 6, description = "Print one line of JSON instead of a table.")
    boolean json;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (windows < 1 || rounds < 1 || leastMs < 0 || children < 1 || children > 2) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "--windows %d --rounds %d --least-ms %d --children %d: expected at least 1, 1 and 0, and 1 or 2"
                            .formatted(windows, rounds, leastMs, children));
        }
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench", config);
        try {
            DecodeBenchmark benchmark = new DecodeBenchmark(
                    system,
                    DecodeSettings.from(config),
                    new DecodeBenchmark.Plan(Set.copyOf(parts), windows, rounds, leastMs));
            ArrayNode results = JsonNodeFactory.instance.arrayNode();
            for (Path file : files) {
                Terminal.shared().live("measuring " + file);
                DecodeBenchmark.Result result =
                        benchmark.run(file, children == 2 && parts.contains(DecodeBenchmark.Part.CLIPS));
                Terminal.shared().endLive();
                if (json) {
                    results.add(json(file, result));
                } else {
                    print(spec.commandLine().getOut(), file, result);
                }
            }
            if (json) {
                spec.commandLine().getOut().println(results);
            }
        } finally {
            system.terminate();
        }
        return 0;
    }

    private static void print(PrintWriter out, Path file, DecodeBenchmark.Result r) {
        out.println(format(
                "%s: %s, %d×%d, %d frames, %.2f/s",
                file.getFileName(),
                r.info().codec(),
                r.info().width(),
                r.info().height(),
                r.frames(),
                r.info().framesPerSecond()));
        if (timed(r.sequential())) {
            out.println(format("  sequential   %8.1f frames/s", r.sequential()));
        }
        if (timed(r.sparse())) {
            out.println(format(
                    "  sparse       %8.1f views/s, %.1f with a request a window; %.2f frames decoded a view of %.2f spanned",
                    r.sparse(), r.sparseApart(), r.decodedPerView(), r.spannedPerView()));
        }
        if (timed(r.once())) {
            out.println(format(
                    "  clips        %8.1f frames of the video/s, %.1f JPEGs/s of %.1f KiB; %d of %d frames decoded",
                    r.once(), r.onceOut(), r.jpegBytes() / 1024, r.onceDecoded(), r.frames()));
        }
        if (timed(r.twoChildren())) {
            out.println(format(
                    "  2 processes  %8.2f × the clips of one; their parent takes %.3f of a processor",
                    r.twoChildren(), r.parentCores()));
        }
    }

    private static ObjectNode json(Path file, DecodeBenchmark.Result r) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("file", file.getFileName().toString())
                .put("codec", r.info().codec())
                .put("frames", r.frames())
                .put("decoded_per_view", r.decodedPerView())
                .put("spanned_per_view", r.spannedPerView())
                .put("clips_decoded_frames", r.onceDecoded())
                .put("jpeg_bytes", r.jpegBytes());
        if (timed(r.sequential())) {
            json.put("sequential_frames_per_s", r.sequential());
        }
        if (timed(r.sparse())) {
            json.put("sparse_views_per_s", r.sparse()).put("sparse_apart_views_per_s", r.sparseApart());
        }
        if (timed(r.once())) {
            json.put("clips_frames_per_s", r.once()).put("clips_jpegs_per_s", r.onceOut());
        }
        if (timed(r.twoChildren())) {
            json.put("two_children", r.twoChildren()).put("parent_cores", r.parentCores());
        }
        return json;
    }

    private static boolean timed(double rate) {
        return !Double.isNaN(rate);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
