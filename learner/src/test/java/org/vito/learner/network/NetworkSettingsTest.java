package org.vito.learner.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.vito.protocol.Reason;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;

class NetworkSettingsTest {
    private static NetworkSpec with(String overrides) {
        return NetworkSpec.from(Settings.at(
                ConfigFactory.parseString("vito.learner.model { " + overrides + " }")
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve(),
                "vito.learner.model"));
    }

    /** Parameters of the classifiers of 1000 classes that timm and torchvision count, less those of the classifier. */
    @ParameterizedTest
    @CsvSource({
        "resnet18, 11176512",
        "resnet34, 21284672",
        "resnet50, 23508032",
        "resnet101, 42500160",
        "swin_t, 27519354",
        "swin_s, 48837258",
        "swin_b, 86743224"
    })
    void knownNamesNeedNoOtherKey(String name, long parameters) {
        NetworkSpec spec = with("architecture = " + name);
        assertThat(spec.architecture()).isEqualTo(name);
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            NetworkSpec backbone = new NetworkSpec(name, spec.backbone(), null, null, 0);
            long found = new FrozenNetwork(tf, backbone, tf.placeholder(TFloat32.class, new Placeholder.Options[0]))
                    .variables().parameters().stream()
                            .mapToLong(variable -> variable.fileShape().stream()
                                    .mapToLong(Long::longValue)
                                    .reduce(1, Math::multiplyExact))
                            .sum();
            assertThat(found).isEqualTo(parameters);
        }
    }

    @Test
    void networksOfOnesOwn() {
        assertThat(with("architecture = mine, block = basic, depths = [1, 2], width = 8, zero-gamma = false,"
                                + " pooling.groups = [2]")
                        .backbone())
                .isEqualTo(new BackboneSpec.Residual(BackboneSpec.Block.BASIC, List.of(1, 2), 8, false));
        assertThat(with("architecture = mine, block = swin, depths = [1, 2], width = 8, heads = [2, 4], window = 5,"
                                + " drop-path = 0.1, pooling.groups = [1, 2]")
                        .backbone())
                .isEqualTo(new BackboneSpec.Swin(List.of(1, 2), 8, List.of(2, 4), 5, 0.1));
        assertThat(with("architecture = resnet50, block = bottleneck, depths = [3, 4, 6, 3], width = 64")
                        .backbone())
                .as("keys that say the same as the name")
                .isEqualTo(with("").backbone());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "width = 32 | model.width = 32",
                "depths = [1, 1, 1, 1] | model.depths = [1,1,1,1]",
                "block = basic | model.block",
                "heads = [1] | model.heads",
                "window = 7 | model.window",
                "architecture = mine | model.block",
                "architecture = mine, block = basic | model.depths",
                "architecture = mine, block = basic, depths = [1, 1, 1, 1] | model.width",
                "architecture = mine, block = swin, depths = [1, 1, 1, 1], width = 8 | model.heads",
                "architecture = mine, block = swin, depths = [1, 1, 1, 1], width = 6, heads = [4, 4, 4, 4] | model.heads",
                "architecture = swin_t, window = 8 | model.window",
                "architecture = swin_t, block = basic | model.block",
                "drop-path = 1 | model.drop-path",
                "pooling.groups = [3] | pooling.groups",
                "pooling.groups = [4, 4] | pooling.groups",
                "pooling.groups = [4, 5] | pooling.groups",
                "pooling.attention-activation = sine | pooling.attention-activation"
            })
    void whatDoesNotFitIsRefusedByKey(String setting, String key) {
        assertThatThrownBy(() -> with(setting))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_SETTING))
                .hasMessageContaining(key);
    }
}
