package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of commands that run roles. */
@Command
final class RunOptions {
    /** What is learned from and what is scored on. */
    static final class DataOptions {
        @Option(
                names = "--videos",
                paramLabel = "DIR",
                description = "Directory of videos, watched for new ones; may be given many times.")
        List<Path> videos = new ArrayList<>();

        @Option(
                names = "--labelled",
                paramLabel = "DIR",
                description = "Labelled images to score checkpoints on: train/CLASS/*.png (or .jpg) and test/CLASS/*.")
        @Nullable
        Path labelled;
    }

    /** How training is done. */
    static final class TrainingOptions {
        @Option(
                names = Presets.OPTION,
                paramLabel = "NAME",
                split = ",",
                defaultValue = "small",
                description =
                        "Built-in settings, see below; of several the later ones win, as in small,moclr (default:"
                                + " ${DEFAULT-VALUE}). A --config file wins over them, and what they leave open is the paper's.")
        List<String> presets = new ArrayList<>();

        @Option(
                names = "--run",
                paramLabel = "ID",
                description = "Name of the training run, begun or resumed (default: default).")
        @Nullable
        String run;

        @Option(
                names = "--port",
                paramLabel = "PORT",
                description = "Port of the live page on this machine; 0 = any free one.")
        @Nullable
        Integer port;
    }

    @ArgGroup(validate = false, order = 10, heading = "%nData:%n")
    DataOptions data = new DataOptions();

    @ArgGroup(validate = false, order = 20, heading = "%nTraining and page:%n")
    TrainingOptions training = new TrainingOptions();

    /** Names of the presets' resources, the strongest first. */
    List<String> presetResources() {
        return Presets.of(RunOptions.class.getClassLoader()).resources(training.presets);
    }

    /** These options as settings. */
    Config asSettings() {
        Config config = ConfigFactory.empty();
        if (!data.videos.isEmpty()) {
            List<Map<String, Object>> sources = new ArrayList<>();
            for (Path directory : data.videos) {
                sources.add(source(directory(directory, "--videos")));
            }
            config = CommonOptions.with(config, "vito.ingest.sources", sources, "--videos");
        }
        if (data.labelled != null) {
            config = labelled(config, "labelled", directory(data.labelled, "--labelled"));
        }
        if (training.run != null) {
            config = CommonOptions.with(config, "vito.learner.run", training.run, "--run");
        }
        if (training.port != null) {
            config = CommonOptions.with(config, "vito.dashboard.port", training.port, "--port");
        }
        return config;
    }

    /** A watched directory as an entry of {@code vito.ingest.sources}. */
    static Map<String, Object> source(Path directory) {
        return Map.of("type", "directory", "path", directory.toString(), "watch", true);
    }

    /** {@code config} with {@code directory} as the labelled data set. */
    static Config labelled(Config config, String name, Path directory) {
        return CommonOptions.with(
                config,
                "vito.evaluator.data-sets",
                List.of(Map.of("name", name, "path", directory.toString(), "kind", "auto")),
                "--labelled");
    }

    private static Path directory(Path given, String option) {
        Path directory = given.toAbsolutePath().normalize();
        if (!Files.isDirectory(directory)) {
            throw new VitoException(Reason.BAD_SETTING, option + " " + directory + " is not a directory");
        }
        return directory;
    }
}
