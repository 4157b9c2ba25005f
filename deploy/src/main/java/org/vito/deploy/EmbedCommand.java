package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vito.deploy.embed.Embedding;
import org.vito.deploy.embed.InputFiles;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vito embed}: features of images and videos. */
@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        header = "Write the features that a network has for images or videos.",
        description = {
            "",
            "Beside FILE, the index FILE.index.jsonl says in a line of JSON for every row which file it is of (path),"
                    + " and for frames of videos which time (time_us); files that cannot be used, or not to their end,"
                    + " stand in it with the reason (refused, message) and do not stop the work. Maps have PyTorch's"
                    + " order: [rows, channels, height, width]. Frames of videos are as the learner has them: JPEG,"
                    + " shorter side at most 256 pixels."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Written, even if some of the files were refused.",
            "1:Nothing could be used, or the weights cannot be read; the message says why.",
            "2:The command line or a setting cannot be used."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  vito embed --weights default --images ~/flowers --out flowers.npy",
            "  vito embed --weights resnet50.safetensors --videos ~/Videos --every 500ms --out videos.npy",
            "  vito embed --weights default@1000 --images frames --layer layer4 --resize none --out maps.safetensors"
        })
final class EmbedCommand implements Callable<Integer> {
    /** How a picture gets its size. */
    enum Resize {
        NONE,
        EVAL
    }

    /** What is read: one of the two. */
    static final class Source {
        @Option(
                names = "--images",
                required = true,
                paramLabel = "DIR",
                description = "Directory of images, searched to any depth: jpg, jpeg, png, bmp, webp.")
        @Nullable
        Path images;

        @Option(
                names = "--videos",
                required = true,
                paramLabel = "DIR",
                description = "Directory of videos, searched to any depth; decoded in processes of their own.")
        @Nullable
        Path videos;
    }

    @Spec
    CommandSpec spec;

    @Option(
            names = "--weights",
            order = 1,
            required = true,
            paramLabel = "WEIGHTS",
            description =
                    "A safetensors file, a checkpoint's directory, or a run by its name: RUN for its newest checkpoint,"
                            + " RUN@STEP for another.")
    String weights;

    @ArgGroup(multiplicity = "1", order = 2)
    Source source;

    @Option(
            names = "--out",
            order = 3,
            required = true,
            paramLabel = "FILE",
            description = "File of the features: FILE.npy, or FILE.safetensors with the one tensor features.")
    Path out;

    @Option(
            names = "--layer",
            order = 4,
            paramLabel = "LAYER",
            defaultValue = "pooled",
            description = "pooled: the last layer averaged over positions; layer1 to layer4: maps (default:"
                    + " ${DEFAULT-VALUE}).")
    String layer;

    @Option(
            names = "--resize",
            order = 5,
            paramLabel = "HOW",
            defaultValue = "eval",
            description =
                    "eval: shorter side to 256/224 of the network's size, centre square; none: as large as they are"
                            + " (default: ${DEFAULT-VALUE}).")
    Resize resize;

    @Option(
            names = "--every",
            order = 6,
            paramLabel = "TIME",
            defaultValue = "1s",
            description = "Of a video take a frame this often, as in 500ms or 2s (default: ${DEFAULT-VALUE}).")
    String every;

    @Option(
            names = "--batch",
            order = 7,
            paramLabel = "N",
            defaultValue = "32",
            description = "Most images of one pass through the network (default: ${DEFAULT-VALUE}).")
    int batch;

    @Mixin
    CommonOptions common;

    @Override
    public Integer call() {
        if (batch < 1 || batch > 4096) {
            throw new VitoException(Reason.BAD_SETTING, "--batch " + batch + ": expected 1 to 4096");
        }
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        InputFiles files = source.images != null ? InputFiles.images(source.images) : InputFiles.videos(directory());
        Embedding.Plan plan = new Embedding.Plan(
                files,
                source.images != null ? Optional.empty() : Optional.of(interval()),
                out.toAbsolutePath().normalize(),
                layer,
                resize == Resize.EVAL,
                batch);
        Path found =
                WeightsAddress.resolve(weights, ProcessSettings.from(config).data());
        Terminal terminal = Terminal.shared();
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "embed", config);
        try (FrozenEncoder encoder = FrozenEncoder.open(found)) {
            terminal.line("weights  " + found);
            Embedding.Summary summary = Embedding.run(
                    plan,
                    encoder,
                    config,
                    system,
                    new EmbedProgress(terminal, files.files().size()));
            terminal.endLive();
            return tell(summary);
        } finally {
            system.terminate();
        }
    }

    private Path directory() {
        if (source.videos == null) {
            throw new IllegalStateException("neither images nor videos");
        }
        return source.videos;
    }

    private Duration interval() {
        Duration interval;
        try {
            interval = ConfigFactory.parseString("every = " + every).getDuration("every");
        } catch (com.typesafe.config.ConfigException e) {
            throw new VitoException(Reason.BAD_SETTING, "--every " + every + ": expected a time as in 500ms or 2s", e);
        }
        if (interval.compareTo(Duration.ofMillis(1)) < 0) {
            throw new VitoException(Reason.BAD_SETTING, "--every " + every + ": expected at least 1ms");
        }
        return interval;
    }

    private int tell(Embedding.Summary summary) {
        String refused = summary.refused() == 0 ? "" : ", " + summary.refused() + " refused";
        if (summary.rows() == 0) {
            throw new VitoException(
                    Reason.BAD_DATA_SET, "nothing was written: none of the files can be used" + refused);
        }
        spec.commandLine()
                .getOut()
                .println(String.format(
                        Locale.ROOT,
                        "%d rows of %d files%s in %s, index %s",
                        summary.rows(),
                        summary.usable(),
                        refused,
                        out,
                        summary.index()));
        return 0;
    }
}
