package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.vito.learner.LearnerSettings;
import org.vito.learner.checkpoint.CheckpointStore;
import org.vito.learner.model.TrainingModel;

/** A run of a small network as its learner leaves it: checkpoints of steps 0 and 7, which are not alike. */
final class TinyRun {
    private TinyRun() {}

    /** Writes the run called {@code name} below {@code data}. */
    static void write(Path data, String name) {
        Config config = ConfigFactory.parseString(
                        """
                        include classpath("presets/small.conf")
                        vito.learner { run = %s, model { clips = 2, size = 64, threads = 1 } }
                        """
                                .formatted(name))
                .withFallback(ConfigFactory.defaultReference())
                .resolve();
        LearnerSettings settings = LearnerSettings.from(config);
        CheckpointStore store = CheckpointStore.open(
                name, data, settings.run().checkpoint(), settings.run().identity(), InstantSource.system());
        store.beginGeneration(0);
        for (int step : new int[] {0, 7}) {
            try (TrainingModel model = TrainingModel.create(settings.model(), step)) {
                store.write(
                        new CheckpointStore.About(step, 1.5, settings.model().architecture(), Map.of()), model::save);
            }
        }
    }
}
