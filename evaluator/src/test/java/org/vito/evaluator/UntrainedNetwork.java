package org.vito.evaluator;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vito.learner.LearnerSettings;
import org.vito.learner.model.TrainingModel;

/** A real network's files, as a checkpoint has them, but untrained. */
public final class UntrainedNetwork {
    private UntrainedNetwork() {}

    /**
     * Writes a network.
     *
     * @param settings of {@code vito.learner.model}, in HOCON
     */
    public static void write(Path directory, String settings) {
        LearnerSettings learner = LearnerSettings.from(
                ConfigFactory.parseString("vito.learner.model { clips = 2, size = 64, " + settings + " }")
                        .withFallback(ConfigFactory.load()));
        try (TrainingModel model = TrainingModel.create(learner.model(), 1)) {
            Files.createDirectories(directory);
            model.save(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
