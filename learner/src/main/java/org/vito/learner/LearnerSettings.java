package org.vito.learner;

import com.typesafe.config.Config;
import java.util.List;
import org.vito.learner.checkpoint.Identity;
import org.vito.learner.model.ModelSettings;
import org.vito.learner.run.RunSettings;
import org.vito.protocol.Settings;

/**
 * Settings of the learner; every key is explained in {@code reference.conf} under {@code vito.learner}.
 *
 * @param run order of clips, schedule, checkpoints
 * @param model the network, its objective and optimiser
 */
public record LearnerSettings(RunSettings run, ModelSettings model) {
    private static final List<String> WHAT_IS_LEARNED = List.of("vito.learner", "vito.augment");

    /** Keys below those that change how fast, where or how safely it is learned, but not what. */
    private static final List<String> HOW_IT_IS_LEARNED = List.of(
            "vito.learner.run",
            "vito.learner.data.look-again-after",
            "vito.learner.data.look-again-within",
            "vito.learner.data.read-timeout",
            "vito.learner.checkpoint",
            "vito.learner.restart",
            "vito.learner.group",
            "vito.learner.data-dispatcher",
            "vito.learner.model.threads",
            "vito.learner.model.xla",
            "vito.augment.evaluation",
            "vito.augment.parallelism",
            "vito.augment.buffers");

    /** Reads and checks {@code vito.learner}. */
    public static LearnerSettings from(Config config) {
        ModelSettings model = ModelSettings.from(config);
        Identity identity = Identity.of(config, WHAT_IS_LEARNED, HOW_IT_IS_LEARNED);
        return new LearnerSettings(
                RunSettings.from(Settings.at(config, "vito.learner"), model.clips(), identity), model);
    }
}
