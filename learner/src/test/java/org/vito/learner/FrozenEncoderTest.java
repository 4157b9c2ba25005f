package org.vito.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.model.ModelFile;
import org.vito.learner.model.TrainingModel;
import org.vito.learner.network.Activation;
import org.vito.learner.network.BackboneSpec;
import org.vito.learner.network.NetworkSpec;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Outputs of a checkpoint of ours, the golden one; those of published weights are compared with timm's elsewhere. */
class FrozenEncoderTest {
    private static final int HEIGHT = 70;
    private static final int WIDTH = 45;

    @TempDir
    Path checkpoint;

    private void goldenCheckpoint() throws IOException, URISyntaxException {
        NetworkSpec network = new NetworkSpec(
                "tiny",
                new BackboneSpec.Residual(BackboneSpec.Block.BOTTLENECK, List.of(1, 1, 1, 1), 4, false),
                new NetworkSpec.Pooling(NetworkSpec.PoolingKind.ATTENTION, List.of(3, 4), 0, Activation.RELU),
                new NetworkSpec.Projector(32, 8),
                0);
        ModelFile.of(network, 64).write(checkpoint);
        Files.copy(
                Path.of(FrozenEncoderTest.class
                        .getResource("/golden/tiny/online.safetensors")
                        .toURI()),
                checkpoint.resolve(TrainingModel.ONLINE_FILE));
    }

    /** Attended features are the maps' means by the attention's weights, pooled ones their plain means. */
    @Test
    void outputsFitTogether() throws IOException, URISyntaxException {
        goldenCheckpoint();
        ByteBuffer images = ByteBuffer.allocateDirect(2 * HEIGHT * WIDTH * 3);
        for (int i = 0; i < images.capacity(); i++) {
            images.put(i, (byte) (i * (long) i / 7 + i * 37L));
        }
        try (FrozenEncoder encoder = FrozenEncoder.open(checkpoint)) {
            assertThat(encoder.outputs())
                    .containsExactly(
                            "pooled", "layer1", "layer2", "layer3", "layer4", "attention3", "attention4", "attended");
            List<Features> found = encoder.encode(
                    images,
                    2,
                    HEIGHT,
                    WIDTH,
                    List.of("layer3", "layer4", "attention3", "attention4", "attended", "pooled"));
            assertThat(found.get(0).shape()).containsExactly(2, 5, 3, 64);
            assertThat(found.get(1).shape()).containsExactly(2, 3, 2, 128);
            assertThat(found.get(2).shape()).containsExactly(2, 5, 3);
            assertThat(found.get(3).shape()).containsExactly(2, 3, 2);
            assertThat(found.get(4).shape()).containsExactly(2, 64 + 128);
            assertThat(found.get(5).shape()).containsExactly(2, 128);
            float[] attended = found.get(4).values();
            for (int image = 0; image < 2; image++) {
                assertMean(found.get(0), found.get(2), image, attended, image * 192);
                assertMean(found.get(1), found.get(3), image, attended, image * 192 + 64);
                assertMean(found.get(1), null, image, found.get(5).values(), image * 128);
            }
            assertThatThrownBy(() -> encoder.encode(images, 2, HEIGHT, WIDTH, List.of("logits")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no output logits: expected one of pooled, layer1");
        }
    }

    private static void assertMean(Features map, @Nullable Features weights, int image, float[] found, int from) {
        int positions = map.shape().get(1) * map.shape().get(2);
        int channels = map.shape().get(3);
        double[] mean = new double[channels];
        double total = 0;
        for (int position = 0; position < positions; position++) {
            double weight = weights == null ? 1.0 / positions : weights.values()[image * positions + position];
            total += weight;
            for (int c = 0; c < channels; c++) {
                mean[c] += weight * map.values()[(image * positions + position) * channels + c];
            }
        }
        assertThat(total).isCloseTo(1, within(1e-6));
        for (int c = 0; c < channels; c++) {
            assertThat((double) found[from + c]).isCloseTo(mean[c], within(1e-5));
        }
    }

    @Test
    void anotherFormatIsNamed() throws IOException, URISyntaxException {
        goldenCheckpoint();
        Path file = checkpoint.resolve(ModelFile.NAME);
        String text = Files.readString(file);
        Files.writeString(
                file, "{\"format\": 1, \"network\": {\"architecture\": \"tiny\"}, \"size\": 64, \"views\": 3}");
        assertDamaged("is of format 1, this version reads 2");
        Files.writeString(file, text.replace("\"residual\"", "\"recurrent\""));
        assertDamaged("recurrent");
        Files.writeString(file, text.replace("\"depths\" : [ 1, 1, 1, 1 ]", "\"depths\" : [ ]"));
        assertDamaged("1 to 8 block groups");
        Files.writeString(file, text.replace("\"width\" : 4,", ""));
        assertDamaged("width");
        Files.writeString(file, text.replace("\"block\" : \"BOTTLENECK\"", "\"block\" : null"));
        assertDamaged("model.json");
    }

    private void assertDamaged(String message) {
        assertThatThrownBy(() -> FrozenEncoder.open(checkpoint))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED_CHECKPOINT))
                .hasMessageContaining(message);
    }

    /** Beside central differences of one step of a byte; where a step meets a kink of a ReLU they differ a little. */
    @Test
    void saliencyIsTheSlopeOfWeightedFeatures() throws IOException, URISyntaxException {
        goldenCheckpoint();
        ByteBuffer images = ByteBuffer.allocateDirect(2 * HEIGHT * WIDTH * 3);
        for (int i = 0; i < images.capacity(); i++) {
            images.put(i, (byte) (60 + (i * (long) i / 7 + i * 37L) % 120));
        }
        float[][] weights = new float[2][128];
        for (int d = 0; d < 128; d++) {
            weights[0][d] = d % 7 - 3;
            weights[1][d] = d % 5 - 2;
        }
        double[] step = {2 / (255 * 0.229), 2 / (255 * 0.224), 2 / (255 * 0.225)};
        try (FrozenEncoder encoder = FrozenEncoder.open(checkpoint)) {
            Features found = encoder.saliency(images, 2, HEIGHT, WIDTH, weights);
            assertThat(found.shape()).containsExactly(2, HEIGHT, WIDTH);
            int[] places = {0, 0, 1234, HEIGHT * WIDTH + 77, 2 * HEIGHT * WIDTH - 1};
            for (int i = 0; i < found.values().length; i++) { // the two of the steepest slopes
                if (found.values()[i] > found.values()[places[0]]) {
                    places[1] = places[0];
                    places[0] = i;
                }
            }
            float greatest = found.values()[places[0]];
            assertThat(found.values()[places[1]]).isGreaterThan(0.5f * greatest);
            for (int place : places) {
                double slope = 0;
                for (int c = 0; c < 3; c++) {
                    slope = Math.max(slope, Math.abs(difference(encoder, images, 3 * place + c, weights)) / step[c]);
                }
                assertThat(found.values()[place]).isCloseTo((float) slope, within(0.03f * greatest));
            }
            assertThat(encoder.saliency(images, 1, HEIGHT, WIDTH, new float[1][128])
                            .values())
                    .containsOnly(0);
        }
    }

    private static double difference(FrozenEncoder encoder, ByteBuffer images, int at, float[][] weights) {
        byte before = images.get(at);
        double difference = 0;
        for (int sign : new int[] {1, -1}) {
            images.put(at, (byte) (before + sign));
            float[] pooled = encoder.encode(images, 2, HEIGHT, WIDTH, List.of("pooled"))
                    .get(0)
                    .values();
            for (int i = 0; i < pooled.length; i++) {
                difference += (double) sign * pooled[i] * weights[i / 128][i % 128];
            }
        }
        images.put(at, before);
        return difference;
    }
}
