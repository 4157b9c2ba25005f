package org.vito.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.protocol.VitoException;

class LearnerSettingsTest {
    private static LearnerSettings with(String overrides) {
        return LearnerSettings.from(ConfigFactory.parseString(overrides)
                .withFallback(ConfigFactory.load())
                .resolve());
    }

    @ParameterizedTest
    @ValueSource(strings = {"paper", "small"})
    void presetsAreWhole(String preset) {
        Config config = ConfigFactory.parseResources("presets/" + preset + ".conf")
                .withFallback(ConfigFactory.load())
                .resolve();
        LearnerSettings settings = LearnerSettings.from(config);
        assertThat(settings.run().order().minimum()).isEqualTo(settings.model().clips());
        assertThat(settings.run().order().capacity())
                .as("a buffer smaller than a batch could not keep videos apart")
                .isGreaterThan(settings.model().clips());
        assertThat(settings.run().schedule().steps()).isEqualTo(preset.equals("paper") ? 93_835 : 5_000);
    }

    @Test
    void whatIsLearnedHasADigestAndHowItIsLearnedHasNone() {
        String digest = with("").run().identity().digest();
        assertThat(with("vito.learner.checkpoint.keep = 9, vito.learner.run = x, vito.learner.model.threads = 1")
                        .run()
                        .identity()
                        .digest())
                .isEqualTo(digest);
        assertThat(with("vito.learner.seed = 1").run().identity().digest()).isNotEqualTo(digest);
        assertThat(with("vito.augment.crop.scale-min = 0.5").run().identity().digest())
                .isNotEqualTo(digest);
        Config asText = ConfigFactory.load()
                .withValue("vito.learner.seed", ConfigValueFactory.fromAnyRef("0"))
                .withValue("vito.learner.schedule.base-learning-rate", ConfigValueFactory.fromAnyRef("3e-1"));
        assertThat(LearnerSettings.from(asText).run().identity().digest()).isEqualTo(digest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run = \"../x\"",
                "run = \"\"",
                "data.mode = forever",
                "data.passes = 0",
                "data.replay-ratio = 1",
                "data.replay-ratio = -1",
                "data.when-drained = never",
                "checkpoint.attempts = 0",
                "data.look-again-after = 0s",
                "data.look-again-within = 1ms",
                "shuffle.capacity = 0",
                "schedule.base-ema-decay = 2",
                "checkpoint.keep = 0",
                "restart.attempts = -1"
            })
    void valuesThatCannotBeUsedAreRefusedByKey(String setting) {
        assertThatThrownBy(() -> with("vito.learner." + setting))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining(setting.substring(0, setting.indexOf(" = ")));
    }
}
