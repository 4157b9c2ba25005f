package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.vito.augment.AugmentSettings;
import org.vito.decode.DecodeSettings;
import org.vito.deploy.demo.SceneClips;
import org.vito.learner.InputBenchmark;
import org.vito.learner.LearnerSettings;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Stages;
import org.vito.protocol.VitoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vito bench input}. */
@Command(
        name = "input",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Compare training fed from Kafka with training fed from memory.",
        description = {
            "",
            "A broker of its own gets clips of drawn scenes, and the learner's way from there to a batch is timed: by parts, and"
                    + " while a network trains on what it makes. The last lines say how many cores of this kind a device"
                    + " needs so as not to wait."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Measured.",
            "1:The broker did not start, or memory ran out; the message says why.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  vito bench input", "  vito bench input --preset paper --steps 2 -D vito.learner.model.clips=8"})
final class InputBench implements Callable<Integer> {
    private static final double[] DEVICES = {500, 1000, 2000, 3650}; // views/s; the last is design's bar for one H200
    private static final Duration END = Duration.ofSeconds(5);

    @Option(
            names = Presets.OPTION,
            paramLabel = "NAME",
            split = ",",
            defaultValue = "small",
            description = "Built-in settings, as in vito run (default: ${DEFAULT-VALUE}).")
    List<String> presets = new ArrayList<>();

    @Option(
            names = "--clips",
            paramLabel = "N",
            defaultValue = "512",
            description = "Clips that are put into Kafka, of drawn scenes (default: ${DEFAULT-VALUE}).")
    int clips;

    @Option(
            names = "--steps",
            paramLabel = "K",
            defaultValue = "40",
            description = "Steps of a round (default: ${DEFAULT-VALUE}).")
    int steps;

    @Option(
            names = "--rounds",
            paramLabel = "R",
            defaultValue = "5",
            description = "Rounds, each from memory and then from Kafka (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(names = "--json", description = "Print one line of JSON instead of a table.")
    boolean json;

    @Spec
    CommandSpec spec;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        List<String> resources = Presets.of(InputBench.class.getClassLoader()).resources(presets);
        Logging.toConsole(common.verbose());
        Path directory = temporary();
        try {
            Config config = common.configuration(own(directory), resources);
            check(config.getInt("vito.learner.model.clips"));
            print(spec.commandLine().getOut(), config, measure(config));
            return 0;
        } finally {
            delete(directory);
        }
    }

    /** A broker and a directory of its own, whatever the user's settings are. */
    private static Config own(Path directory) {
        Config config = CommonOptions.with(ConfigFactory.empty(), "vito.data", directory.toString(), "vito bench");
        config = CommonOptions.with(config, "vito.kafka.bootstrap-servers", "", "vito bench");
        return CommonOptions.with(config, "vito.broker.port", 0, "vito bench");
    }

    private void check(int batch) {
        if (clips < batch || steps < 1 || rounds < 1) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "--clips %d --steps %d --rounds %d: expected at least a batch of %d clips, 1 step and 1 round"
                            .formatted(clips, steps, rounds, batch));
        }
    }

    private InputBenchmark.Result measure(Config config) {
        LearnerSettings learner = LearnerSettings.from(config);
        AugmentSettings augment = AugmentSettings.from(config);
        DecodeSettings decode = DecodeSettings.from(config);
        ProcessSettings settings = ProcessSettings.from(config);
        Terminal terminal = Terminal.shared();
        terminal.live("a broker starts, and " + clips + " clips are drawn");
        try (VitoProcess broker =
                VitoProcess.start(config, "bench", EnumSet.noneOf(Role.class), new NoRoles(), role -> {})) {
            SceneClips.send(
                    broker.kafka(),
                    clips,
                    config.getInt("vito.decode.frame.short-side"),
                    decode.window().framesPerClip());
            ActorSystem<Void> actors = ActorSystem.create(Behaviors.empty(), "bench", config);
            try {
                Platform platform = new Platform(
                        broker.kafka(),
                        DirectoryObjectStore.open(settings.objects()),
                        settings.data(),
                        "bench",
                        InstantSource.system(),
                        new Stages(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
                int batches = Math.max(4, clips / config.getInt("vito.learner.model.clips"));
                return InputBenchmark.run(
                        actors,
                        learner,
                        augment,
                        platform,
                        new InputBenchmark.Plan(rounds, steps, batches),
                        what -> terminal.live("measuring: " + what));
            } finally {
                actors.terminate();
                end(actors);
                terminal.endLive();
            }
        }
    }

    /** The process runs a broker alone. */
    private static final class NoRoles implements ProcessGuardian.Listener {
        @Override
        public void started(String role, RunningRole running) {}

        @Override
        public void ended(String role) {}
    }

    private static void end(ActorSystem<Void> actors) {
        try {
            actors.getWhenTerminated().toCompletableFuture().get(END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // The process ends next.
        }
    }

    private void print(PrintWriter out, Config config, InputBenchmark.Result r) {
        int views = config.getInt("vito.learner.model.views");
        int size = config.getInt("vito.learner.model.size");
        if (json) {
            ObjectNode line = JsonNodeFactory.instance
                    .objectNode()
                    .put("part", "input")
                    .put("architecture", config.getString("vito.learner.model.architecture"))
                    .put("views", views)
                    .put("size", size)
                    .put("fetch_ms_per_clip", r.fetchMs())
                    .put("views_ms_per_clip", r.viewsMs())
                    .put("input_views_per_s", r.inputViewsPerSecond())
                    .put("memory_clips_per_s", r.memoryClipsPerSecond())
                    .put("fed_clips_per_s", r.fedClipsPerSecond())
                    .put("ratio", r.ratio())
                    .put("wait_share", r.waitShare());
            out.println(line);
            return;
        }
        row(out, "from Kafka", "%.3f ms of processor time a clip: fetch, parse, order", r.fetchMs());
        row(out, "views", "%.3f ms a clip of %d: JPEG, transforms to %d², writing", r.viewsMs(), views, size);
        row(out, "both", "%.0f views/s while nothing trains", r.inputViewsPerSecond());
        row(out, "training", "%.1f clips/s on a batch in memory", r.memoryClipsPerSecond());
        row(
                out,
                "",
                "%.1f clips/s from Kafka: %.3f of that, %.1f %% of it spent waiting for batches",
                r.fedClipsPerSecond(),
                r.ratio(),
                100 * r.waitShare());
        for (double device : DEVICES) {
            row(out, "cores", "%.1f for a device that takes %.0f views/s", r.coresFor(device, views), device);
        }
    }

    private static void row(PrintWriter out, String what, String text, Object... values) {
        out.println(String.format(Locale.ROOT, "%-11s " + text, prepend(what, values)));
    }

    private static Object[] prepend(String what, Object[] values) {
        List<Object> all = new ArrayList<>(List.of(what));
        all.addAll(List.of(values));
        return all.toArray();
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("vito-bench");
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "no temporary directory can be made: " + e, e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            Terminal.shared().line("temporary directory " + directory + " could not be removed: " + e);
        }
    }
}
