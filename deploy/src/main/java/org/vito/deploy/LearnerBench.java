package org.vito.deploy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vito.learner.ComputeDevices;
import org.vito.learner.LearnerBenchmark;
import org.vito.learner.LearnerSettings;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of the learner's benchmark, and how it is run and told. */
@Command
final class LearnerBench {
    private static final String MODEL = "vito.learner.model.";

    /** What is trained. */
    static final class NetworkOptions {
        @Option(
                names = Presets.OPTION,
                paramLabel = "NAME",
                split = ",",
                defaultValue = "paper",
                description =
                        "Built-in settings, see below; of several the later ones win (default: ${DEFAULT-VALUE}).")
        List<String> presets = new ArrayList<>();

        @Option(
                names = "--architecture",
                paramLabel = "NAME",
                description =
                        "resnet18, resnet34, resnet50, resnet101, swin_t, swin_s or swin_b (default: the preset's).")
        @Nullable
        String architecture;

        @Option(
                names = "--precision",
                paramLabel = "P",
                description = "float32, bfloat16 or float16 (default: the preset's).")
        @Nullable
        String precision;

        @Option(
                names = "--xla",
                description = "Let TensorFlow compile with XLA: on GPUs faster, after a long first step.")
        boolean xla;

        @Option(names = "--clips", paramLabel = "N", description = "Clips of a batch (default: 8).")
        @Nullable
        Integer clips;

        @Option(names = "--views", paramLabel = "V", description = "Views of a clip (default: 3).")
        @Nullable
        Integer views;

        @Option(names = "--size", paramLabel = "S", description = "Side of a view in pixels (default: 112).")
        @Nullable
        Integer size;
    }

    /** How it is measured. */
    static final class MeasuringOptions {
        @Option(
                names = "--device",
                paramLabel = "cpu|gpu",
                description = "Fail if TensorFlow would not compute on this kind of device (default: any).")
        ComputeDevices.@Nullable Kind device;

        @Option(
                names = "--threads",
                paramLabel = "T",
                description = "Threads of TensorFlow; 0 = one a core (default: 0).")
        @Nullable
        Integer threads;

        @Option(
                names = "--steps",
                paramLabel = "K",
                defaultValue = "5",
                description = "Steps that count (default: ${DEFAULT-VALUE}).")
        int steps;

        @Option(
                names = "--warm-up",
                paramLabel = "W",
                defaultValue = "2",
                description = "Steps before them (default: ${DEFAULT-VALUE}).")
        int warmUp;

        @Option(
                names = "--trace",
                paramLabel = "FILE",
                description = "Write where the time of one more step went, operation by operation, to a text file.")
        @Nullable
        Path trace;

        @Option(names = "--json", description = "Print one line of JSON instead of a table.")
        boolean json;
    }

    @ArgGroup(validate = false, order = 10, heading = "%nNetwork and batch:%n")
    NetworkOptions network = new NetworkOptions();

    @ArgGroup(validate = false, order = 20, heading = "%nMeasuring:%n")
    MeasuringOptions measuring = new MeasuringOptions();

    int run(CommonOptions common, PrintWriter out) {
        if (measuring.steps < 1 || measuring.warmUp < 0) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "--steps %d --warm-up %d: expected at least 1 step and 0 of warm-up"
                            .formatted(measuring.steps, measuring.warmUp));
        }
        List<String> resources = new ArrayList<>(List.of("bench"));
        resources.addAll(Presets.of(LearnerBench.class.getClassLoader()).resources(network.presets));
        Config config = common.configuration(asSettings(), resources);
        LearnerSettings settings = LearnerSettings.from(config);
        Logging.toConsole(common.verbose());
        Config model = config.getConfig("vito.learner.model");
        checkDevice(model.getInt("threads"));
        LearnerBenchmark.Plan plan =
                new LearnerBenchmark.Plan(measuring.warmUp, measuring.steps, Optional.ofNullable(measuring.trace));
        LearnerBenchmark.Result result = LearnerBenchmark.run(settings, plan, progress());
        Terminal.shared().endLive();
        print(out, model, result);
        return 0;
    }

    private Config asSettings() {
        Map<String, @Nullable Object> given = new TreeMap<>();
        given.put("architecture", network.architecture);
        given.put("precision", network.precision);
        given.put("xla", network.xla ? true : null);
        given.put("clips", network.clips);
        given.put("views", network.views);
        given.put("size", network.size);
        given.put("threads", measuring.threads);
        Config config = ConfigFactory.empty();
        for (Map.Entry<String, @Nullable Object> option : given.entrySet()) {
            if (option.getValue() != null) {
                config = CommonOptions.with(config, MODEL + option.getKey(), option.getValue(), "--" + option.getKey());
            }
        }
        return config;
    }

    private void checkDevice(int threads) {
        if (measuring.device == ComputeDevices.Kind.GPU
                && ComputeDevices.gpus(threads).isEmpty()) {
            throw new VitoException(Reason.NOT_FOUND, "no GPU was found: " + ComputeDevices.whyNoGpu());
        }
        if (measuring.device == ComputeDevices.Kind.CPU
                && !ComputeDevices.gpus(threads).isEmpty()) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "--device cpu: TensorFlow sees a GPU and would use it; hide it by CUDA_VISIBLE_DEVICES=-1");
        }
    }

    private LearnerBenchmark.Listener progress() {
        Terminal terminal = Terminal.shared();
        int all = measuring.warmUp + measuring.steps;
        return new LearnerBenchmark.Listener() {
            @Override
            public void built(long parameters) {
                terminal.line(
                        format("network of %.1f million parameters, and its target, are built", parameters / 1e6));
            }

            @Override
            public void step(int step, double ms, double loss) {
                terminal.live(format(
                        "step %d/%d%s · %.1f ms · loss %.4f",
                        step, all, step <= measuring.warmUp ? " (warm-up)" : "", ms, loss));
            }
        };
    }

    private void print(PrintWriter out, Config model, LearnerBenchmark.Result r) {
        int clips = model.getInt("clips");
        int views = model.getInt("views");
        double clipsPerSecond = clips * 1e3 / r.medianMs();
        double flopsPerSecond = r.flopsPerStep() * 1e3 / r.medianMs();
        if (measuring.json) {
            out.println(json(model, r)
                    .put("clips_per_s", clipsPerSecond)
                    .put("views_per_s", clipsPerSecond * views)
                    .put("flop_per_s", flopsPerSecond));
            return;
        }
        out.println(format(
                "%s in %s%s, %.1f million parameters; %d clips of %d views, %d × %<d pixels",
                model.getString("architecture"),
                model.getString("precision"),
                model.getBoolean("xla") ? ", compiled" : "",
                r.parameters() / 1e6,
                clips,
                views,
                model.getInt("size")));
        row(out, "device", r.device().name());
        row(
                out,
                "step",
                "%.1f ms (median of %d; least %.1f ms), %.1f ms of processor time",
                r.medianMs(),
                measuring.steps,
                r.leastMs(),
                r.processorMs());
        row(out, "rate", "%.2f clips/s, %.1f views/s", clipsPerSecond, clipsPerSecond * views);
        row(out, "arithmetic", "%.3f TFLOP/s, %.1f GFLOP a step", flopsPerSecond / 1e12, r.flopsPerStep() / 1e9);
        r.shareOfPeak().ifPresent(share -> row(out, "peak", "%.1f %% of the device's dense arithmetic", 100 * share));
        r.peakResidentBytes()
                .ifPresent(bytes -> row(out, "memory", "%.2f GiB resident at most", (double) bytes / (1L << 30)));
        if (measuring.trace != null) {
            row(out, "trace", measuring.trace.toString());
        }
    }

    private ObjectNode json(Config model, LearnerBenchmark.Result r) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("part", "learner")
                .put("architecture", model.getString("architecture"))
                .put("clips", model.getInt("clips"))
                .put("views", model.getInt("views"))
                .put("size", model.getInt("size"))
                .put("precision", model.getString("precision"))
                .put("xla", model.getBoolean("xla"))
                .put("threads", model.getInt("threads"))
                .put("device", r.device().kind().name().toLowerCase(Locale.ROOT))
                .put("device_name", r.device().name())
                .put("parameters", r.parameters())
                .put("steps", measuring.steps)
                .put("ms_median", r.medianMs())
                .put("ms_min", r.leastMs())
                .put("processor_ms", r.processorMs())
                .put("flop_per_step", r.flopsPerStep())
                .put("last_loss", r.lastLoss());
        r.shareOfPeak().ifPresent(share -> json.put("share_of_peak", share));
        r.peakResidentBytes().ifPresent(bytes -> json.put("peak_resident_bytes", bytes));
        return json;
    }

    private static void row(PrintWriter out, String what, String text, Object... values) {
        out.println(format("%-11s ", what) + (values.length == 0 ? text : format(text, values)));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
