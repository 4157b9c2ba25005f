package org.vito.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.learner.network.BackboneSpec;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.learner.weights.SafetensorsWriter;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class PublishedModelsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"residual-basic", "residual-bottleneck", "swin"})
    void whatIsImportedAndExportedHasTheSameBits(String name) {
        Path published = weights(name);
        Path exported = directory.resolve("exported.safetensors");
        PublishedModels.importFile(published, Optional.empty(), 64, directory.resolve("imported"));
        CheckpointExport.safetensors(directory.resolve("imported"), CheckpointExport.Part.BACKBONE, exported);
        try (SafetensorsFile before = SafetensorsFile.open(published);
                SafetensorsFile after = SafetensorsFile.open(exported)) {
            assertThat(after.names()).containsExactlyInAnyOrderElementsOf(before.names());
            for (String tensor : before.names()) {
                assertThat(after.shape(tensor)).isEqualTo(before.shape(tensor));
                assertThat(bits(after.read(tensor))).as(tensor).containsExactly(bits(before.read(tensor)));
            }
        }
        ByteBuffer image = ByteBuffer.allocateDirect(64 * 64 * 3);
        try (FrozenEncoder one = FrozenEncoder.open(published);
                FrozenEncoder other = FrozenEncoder.open(directory.resolve("imported"))) {
            assertThat(other.outputs()).isEqualTo(one.outputs()).contains("pooled", "layer3", "layer4", "logits");
            assertThat(other.imageSize()).isEqualTo(64);
            assertThat(other.encode(image, 1, 64)).isDeepEqualTo(one.encode(image, 1, 64));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"residual-basic", "swin"})
    void theClassifierThatComesWithANetworkSaysWhatTheNetworkSays(String name) {
        PublishedModels.importFile(weights(name), Optional.empty(), 64, directory);
        NetworkClassifier classifier = NetworkClassifier.of(directory).orElseThrow();
        ByteBuffer image = ByteBuffer.allocateDirect(40 * 40 * 3);
        try (FrozenEncoder encoder = FrozenEncoder.open(directory)) {
            List<Features> found = encoder.encode(image, 1, 40, 40, List.of("pooled", "logits"));
            float[] pooled = found.get(0).values();
            for (int c = 0; c < classifier.bias().length; c++) {
                double logit = classifier.bias()[c];
                for (int d = 0; d < pooled.length; d++) {
                    logit += (double) classifier.weights()[c][d] * pooled[d];
                }
                assertThat(logit).isCloseTo(found.get(1).values()[c], within(1e-4));
            }
            assertThat(classifier.bias()).hasSize(encoder.classes());
        }
    }

    @Test
    void networksAreToldFromTheirTensors() {
        try (FrozenEncoder basic = FrozenEncoder.open(weights("residual-basic"));
                FrozenEncoder swin = FrozenEncoder.open(weights("swin"))) {
            assertThat(basic.network().backbone())
                    .isEqualTo(new BackboneSpec.Residual(BackboneSpec.Block.BASIC, List.of(1, 2, 1, 1), 2, false));
            assertThat(basic.network().classes()).isEqualTo(5);
            assertThat(swin.network().backbone())
                    .isEqualTo(new BackboneSpec.Swin(List.of(2, 2, 2, 2), 4, List.of(1, 2, 2, 4), 3, 0));
        }
    }

    /** The names of torchvision's Swin Transformers, and those of files whose merging counts to the group before. */
    @Test
    void otherNamesOfTheSameTensors() {
        float[] expected = logits(weights("swin"));
        assertThat(logits(renamed("swin", PublishedModelsTest::torchvision))).containsExactly(expected);
        assertThat(logits(renamed("swin", PublishedModelsTest::authors))).containsExactly(expected);
        assertThat(logits(renamed("swin", name -> "module.backbone." + name))).containsExactly(expected);
    }

    private static String torchvision(String name) {
        String[] parts = name.split("\\.", 4);
        if (name.startsWith("patch_embed.")) {
            return name.replace("patch_embed.proj", "features.0.0").replace("patch_embed.norm", "features.0.2");
        }
        if (!name.startsWith("layers.")) {
            return name.replace("head.fc.", "head.");
        }
        int group = Integer.parseInt(parts[1]);
        return parts[2].equals("downsample")
                ? "features.%d.%s".formatted(2 * group, parts[3])
                : "features.%d.%s"
                        .formatted(
                                2 * group + 1,
                                parts[3].replace(".mlp.fc1.", ".mlp.0.").replace(".mlp.fc2.", ".mlp.3."));
    }

    private static String authors(String name) {
        String[] parts = name.split("\\.", 4);
        return name.contains(".downsample.")
                ? "layers.%d.downsample.%s".formatted(Integer.parseInt(parts[1]) - 1, parts[3])
                : name.replace("head.fc.", "head.");
    }

    @Test
    void differencesAreNamedWithBothShapes() {
        refused(
                changed("residual-basic", tensors -> tensors.remove("layer2.1.conv2.weight")),
                "no layer2.1.conv2.weight (expected one of shape [4, 4, 3, 3])");
        refused(
                changed("residual-basic", tensors -> tensors.put("layer9.weight", List.of(2L, 3L))),
                "layer9.weight of shape [2, 3] (expected none)");
        refused(
                changed("residual-basic", tensors -> tensors.put("bn1.weight", List.of(3L))),
                "bn1.weight of shape [3] (expected [2])");
        refused(
                changed("residual-basic", tensors -> tensors.keySet().removeIf(name -> !name.startsWith("fc."))),
                "of no known network: expected conv1.weight");
        refused(
                changed("swin", tensors -> tensors.remove("layers.1.blocks.0.attn.relative_position_bias_table")),
                "it has no layers.1.blocks.0.attn.relative_position_bias_table");
    }

    @Test
    void theNameOfAnArchitectureIsKeptTo() {
        Path file = weights("residual-basic");
        assertThatThrownBy(() -> PublishedModels.importFile(file, Optional.of("resnet18"), 224, directory))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OTHER_CONFIGURATION))
                .hasMessageContaining("conv1.weight of shape [2, 3, 7, 7] (expected [64, 3, 7, 7])");
        assertThatThrownBy(() -> PublishedModels.importFile(file, Optional.of("resnet19"), 224, directory))
                .hasMessageContaining("resnet19: expected one of resnet18, resnet34");
        assertThat(directory).isEmptyDirectory();
    }

    private void refused(Path file, String message) {
        Path target = directory.resolve("never");
        assertThatThrownBy(() -> PublishedModels.importFile(file, Optional.empty(), 224, target))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OTHER_CONFIGURATION))
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContaining(message);
        assertThat(Files.exists(target)).isFalse();
    }

    private static Path weights(String name) {
        try {
            return Path.of(PublishedModelsTest.class
                    .getResource("/golden/timm/" + name + "/weights.safetensors")
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static float[] logits(Path file) {
        ByteBuffer image = ByteBuffer.allocateDirect(40 * 40 * 3);
        try (FrozenEncoder encoder = FrozenEncoder.open(file)) {
            return encoder.encode(image, 1, 40, 40, List.of("logits")).get(0).values();
        }
    }

    private Path renamed(String name, UnaryOperator<String> rule) {
        Path file = directory.resolve("renamed.safetensors");
        try (SafetensorsFile from = SafetensorsFile.open(weights(name))) {
            Map<String, String> originals = new LinkedHashMap<>();
            Map<String, List<Long>> shapes = new LinkedHashMap<>();
            for (String tensor : from.names()) {
                originals.put(rule.apply(tensor), tensor);
                shapes.put(rule.apply(tensor), from.shape(tensor));
            }
            SafetensorsWriter.write(file, shapes, tensor -> from.read(originals.getOrDefault(tensor, tensor)));
        }
        return file;
    }

    private Path changed(String name, Consumer<Map<String, List<Long>>> change) {
        Path file = directory.resolve("changed.safetensors");
        try (SafetensorsFile from = SafetensorsFile.open(weights(name))) {
            Map<String, List<Long>> shapes = new LinkedHashMap<>();
            from.names().forEach(tensor -> shapes.put(tensor, from.shape(tensor)));
            change.accept(shapes);
            SafetensorsWriter.write(
                    file,
                    shapes,
                    tensor -> new float
                            [(int) shapes.getOrDefault(tensor, List.of()).stream()
                                    .mapToLong(Long::longValue)
                                    .reduce(1, Math::multiplyExact)]);
        }
        return file;
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
