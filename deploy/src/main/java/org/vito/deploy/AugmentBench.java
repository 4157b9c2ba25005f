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
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.vito.augment.AugmentBenchmark;
import org.vito.augment.AugmentBenchmark.Source;
import org.vito.augment.AugmentBenchmark.StageTime;
import org.vito.augment.AugmentBenchmark.Variant;
import org.vito.augment.AugmentSettings;
import org.vito.augment.Images;
import org.vito.augment.JitterDefinition;
import org.vito.augment.VectorArithmetic;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vito bench augment}. */
@Command(
        name = "augment",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Time the making of views from frames that lie in memory.",
        description = {
            "",
            "Half of the views by each recipe (vito.augment.a1, a2), from RGB bytes and from JPEGs, by one thread and by"
                    + " several, with either definition of colour jitter; then where the time of a view goes. The"
                    + " measurements take turns."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Measured.",
            "1:The video cannot be read or decoded.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  vito bench augment --video holiday.mp4", "  vito bench augment --rounds 5 --json"})
final class AugmentBench implements Callable<Integer> {
    private static final int FRAMES = 32;
    private static final int WIDTH = 340;
    private static final int HEIGHT = 256;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--video",
            order = 1,
            paramLabel = "CLIP",
            description = "Take the frames from a video, their middle 340 × 256 pixels (default: made ones).")
    @Nullable
    Path video;

    @Option(
            names = "--threads",
            order = 2,
            paramLabel = "N",
            defaultValue = "2",
            description = "Threads of the second kind of measurement (default: ${DEFAULT-VALUE}).")
    int threads;

    @Option(
            names = "--rounds",
            order = 3,
            paramLabel = "R",
            defaultValue = "3",
            description = "Measurements of every kind (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--seconds",
            order = 4,
            paramLabel = "S",
            defaultValue = "2",
            description = "Length of each (default: ${DEFAULT-VALUE}).")
    double seconds;

    @Option(
            names = "--jitter",
            order = 5,
            paramLabel = "NAME",
            split = ",",
            description = "Definitions of colour jitter: byol, torchvision (default: both).")
    List<JitterDefinition> definitions = List.of(JitterDefinition.values());

    @Option(names = "--json", order = 6, description = "Print one line of JSON instead of tables.")
    boolean json;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (threads < 1 || threads > 1024 || rounds < 1 || !(seconds > 0 && seconds <= 3600)) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "--threads %d --rounds %d --seconds %s: expected 1 to 1024 threads, at least 1 round, at most 3600 s"
                            .formatted(threads, rounds, seconds));
        }
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        AugmentSettings settings = AugmentSettings.from(config);
        List<Images.Picture> frames = video == null ? made() : read(config, video);
        Terminal terminal = Terminal.shared();
        AugmentBenchmark.Result result = AugmentBenchmark.run(
                settings,
                frames,
                new AugmentBenchmark.Plan(variants(), rounds, seconds),
                (round, variant, rate) -> terminal.live(
                        "round %d/%d · %s · %s views/s".formatted(round, rounds, variant, format("%.0f", rate))));
        terminal.endLive();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(settings, frames.get(0), result));
        } else {
            tables(out, settings, frames.get(0), result);
        }
        return 0;
    }

    private List<Variant> variants() {
        List<Variant> variants = new ArrayList<>();
        for (JitterDefinition jitter : definitions) {
            for (Source source : Source.values()) {
                for (int count : new TreeSet<>(List.of(1, threads))) {
                    variants.add(new Variant(source, count, jitter));
                }
            }
        }
        return variants;
    }

    private static List<Images.Picture> read(Config config, Path video) {
        try (LocalClips clips = new LocalClips(config)) {
            return clips.frames(video, FRAMES).stream()
                    .map(frame -> middle(Images.decodeRgb(frame.getJpeg().toByteArray())))
                    .toList();
        }
    }

    private static Images.Picture middle(Images.Picture whole) {
        int width = Math.min(WIDTH, whole.width());
        int height = Math.min(HEIGHT, whole.height());
        int left = (whole.width() - width) / 2;
        int top = (whole.height() - height) / 2;
        ByteString rgb = ByteString.EMPTY;
        for (int y = top; y < top + height; y++) {
            int row = 3 * (y * whole.width() + left);
            rgb = rgb.concat(whole.rgb().substring(row, row + 3 * width));
        }
        return new Images.Picture(width, height, ByteString.copyFrom(rgb.toByteArray()));
    }

    /** Smooth colours and some noise. */
    private static List<Images.Picture> made() {
        return IntStream.range(0, FRAMES)
                .mapToObj(number -> {
                    CounterRandom random = CounterRandom.of(0, "bench", number, 0);
                    byte[] pixels = new byte[WIDTH * HEIGHT * 3];
                    for (int i = 0; i < pixels.length; i++) {
                        int x = i / 3 % WIDTH;
                        int y = i / 3 / WIDTH;
                        double smooth = Math.sin(x * 0.02 * (1 + i % 3) + number) + Math.cos(y * 0.03 + i % 3);
                        pixels[i] = (byte) Math.max(0, Math.min(255, 128 + 60 * smooth + random.nextDouble(-10, 10)));
                    }
                    return new Images.Picture(WIDTH, HEIGHT, ByteString.copyFrom(pixels));
                })
                .toList();
    }

    private void tables(
            PrintWriter out, AugmentSettings settings, Images.Picture frame, AugmentBenchmark.Result result) {
        out.println("frames of %d × %d to views of %d × %d, median of %d (least to greatest), views/s"
                .formatted(frame.width(), frame.height(), settings.size(), settings.size(), rounds));
        out.println("by " + VectorArithmetic.words());
        result.rates()
                .forEach(rate -> out.println(format(
                        "%-42s %8.0f  (%.0f to %.0f)",
                        rate.variant(),
                        rate.median(),
                        rate.runs().stream()
                                .mapToDouble(Double::doubleValue)
                                .min()
                                .orElse(0),
                        rate.runs().stream()
                                .mapToDouble(Double::doubleValue)
                                .max()
                                .orElse(0))));
        double all =
                result.stages().stream().mapToDouble(StageTime::microseconds).sum();
        out.println();
        out.println("where the time of a view goes, one thread, from JPEG");
        result.stages()
                .forEach(stage -> out.println(format(
                        "%-10s %8.1f µs  %5.1f %%",
                        stage.stage(), stage.microseconds(), 100 * stage.microseconds() / all)));
        out.println(format("%-10s %8.1f µs", "all", all));
    }

    private ObjectNode json(AugmentSettings settings, Images.Picture frame, AugmentBenchmark.Result result) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("part", "augment")
                .put("frame_width", frame.width())
                .put("frame_height", frame.height())
                .put("size", settings.size())
                .put("arithmetic", VectorArithmetic.words());
        ArrayNode variants = json.putArray("variants");
        for (AugmentBenchmark.Rate rate : result.rates()) {
            ObjectNode variant = variants.addObject()
                    .put("source", lower(rate.variant().source()))
                    .put("threads", rate.variant().threads())
                    .put("jitter", lower(rate.variant().jitter()))
                    .put("views_per_s", rate.median());
            ArrayNode runs = variant.putArray("runs");
            rate.runs().forEach(runs::add);
        }
        ArrayNode stages = json.putArray("stages");
        result.stages()
                .forEach(stage ->
                        stages.addObject().put("stage", stage.stage()).put("us_per_view", stage.microseconds()));
        return json;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
