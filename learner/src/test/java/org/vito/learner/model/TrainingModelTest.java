package org.vito.learner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class TrainingModelTest {
    private static final int[] VIDEOS = {0, 1, 2, 3};
    private static final ModelSettings TINY = TestSettings.tiny(32);
    private static final ModelSettings BASIC = TestSettings.with(
            """
            vito.learner.model {
              architecture = basic, block = basic, depths = [1, 2], width = 4
              pooling { kind = average, groups = [2] }, projector { hidden = 16, output = 8 }
              views = 2, clips = 4, size = 33, threads = 1
            }
            """);

    @TempDir
    Path directory;

    @Test
    void sameInputsGiveTheSameBitsAlsoAcrossARestart() {
        List<TrainingModel.Step> whole = new ArrayList<>();
        try (TrainingModel model = open(TINY, 5)) {
            for (int i = 0; i < 4; i++) {
                whole.add(model.step(0, VIDEOS, 0, 0.1, 0.9));
                if (i == 1) {
                    model.save(directory);
                }
            }
        }
        try (TrainingModel model = open(TINY, 5)) {
            assertThat(model.step(0, VIDEOS, 0, 0.1, 0.9)).isEqualTo(whole.get(0));
            model.restore(directory);
            assertThat(model.step(0, VIDEOS, 0, 0.1, 0.9)).isEqualTo(whole.get(2));
            assertThat(model.step(0, VIDEOS, 0, 0.1, 0.9)).isEqualTo(whole.get(3));
        }
        assertThat(whole).doesNotHaveDuplicates().allSatisfy(step -> {
            assertThat(step.loss()).isFinite().isPositive();
            assertThat(step.gradientNorm()).isFinite().isPositive();
        });
    }

    @Test
    void compiledByXlaItStepsTheSameButForRounding() {
        ModelSettings compiled = TestSettings.with(
                """
                vito.learner.model {
                  architecture = basic, block = basic, depths = [1, 2], width = 4
                  pooling { kind = average, groups = [2] }, projector { hidden = 16, output = 8 }
                  views = 2, clips = 4, size = 33, threads = 1, xla = true
                }
                """);
        try (TrainingModel expected = open(BASIC, 5);
                TrainingModel found = open(compiled, 5)) {
            for (int i = 0; i < 2; i++) {
                TrainingModel.Step plain = expected.step(0, VIDEOS, i, 0.1, 0.9);
                TrainingModel.Step xla = found.step(0, VIDEOS, i, 0.1, 0.9);
                assertThat(xla.loss()).isCloseTo(plain.loss(), withinPercentage(0.01));
                assertThat(xla.gradientNorm()).isCloseTo(plain.gradientNorm(), withinPercentage(0.1));
            }
        }
    }

    @Test
    void savedFilesAreTheSameForTheSameSeedOnly() throws IOException {
        for (long seed : new long[] {1, 2}) {
            try (TrainingModel model = open(BASIC, seed)) {
                model.save(Files.createDirectory(directory.resolve("seed" + seed)));
            }
        }
        Path online = directory.resolve("seed1").resolve(TrainingModel.ONLINE_FILE);
        assertThat(online).hasSameBinaryContentAs(directory.resolve("seed1").resolve(TrainingModel.TARGET_FILE));
        assertThat(Files.mismatch(online, directory.resolve("seed2").resolve(TrainingModel.ONLINE_FILE)))
                .isNotNegative();
    }

    @Test
    void basicBlocksAndAveragePoolingLearn() {
        try (TrainingModel model = open(BASIC, 1)) {
            double first = model.step(0, VIDEOS, 0, 0.2, 0.99).loss();
            double last = first;
            for (int i = 0; i < 30; i++) {
                last = model.step(0, VIDEOS, 0, 0.2, 0.99).loss();
            }
            assertThat(last).isLessThan(0.8 * first);
        }
    }

    @Test
    void anotherNetworksCheckpointIsRefusedByName() {
        try (TrainingModel model = open(TINY, 0)) {
            model.save(directory);
        }
        try (TrainingModel model = open(BASIC, 0)) {
            assertThatThrownBy(() -> model.restore(directory))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OTHER_CONFIGURATION))
                    .hasMessageContaining("online.safetensors")
                    .hasMessageContaining("of shape [4, 4, 1, 1] (expected [4, 4, 3, 3])");
        }
    }

    @Test
    void missingFilesAreDamage() throws IOException {
        try (TrainingModel model = open(BASIC, 0)) {
            model.save(directory);
            Files.delete(directory.resolve(TrainingModel.OPTIMISER_FILE));
            assertThatThrownBy(() -> model.restore(directory))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED_CHECKPOINT));
        }
    }

    @Test
    void encoderGivesFeaturesOfAnySizeAndBatch() {
        try (TrainingModel model = open(TINY, 2)) {
            model.step(0, VIDEOS, 0, 0.1, 0.9);
            model.save(directory);
        }
        try (FrozenEncoder encoder = FrozenEncoder.open(directory)) {
            assertThat(encoder.imageSize()).isEqualTo(32);
            assertThat(encoder.dimension()).isEqualTo(4 * 8 * 4);
            ByteBuffer images = ByteBuffer.allocateDirect(3 * 45 * 45 * 3);
            StepArithmeticTest.fill(images);
            float[][] together = encoder.encode(images, 3, 45);
            assertThat(together).hasDimensions(3, 128);
            ByteBuffer last = images.duplicate().position(2 * 45 * 45 * 3);
            assertThat(encoder.encode(last, 1, 45)[0]).containsExactly(together[2], within(1e-5f));
            assertThat(together[0]).isNotEqualTo(together[2]);
            assertThatThrownBy(() -> encoder.encode(last, 2, 45)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void encoderWithoutADescriptionIsDamage() throws IOException {
        assertThatThrownBy(() -> FrozenEncoder.open(directory))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED_CHECKPOINT));
        Files.writeString(directory.resolve(ModelFile.NAME), "{\"format\": 1}");
        assertThatThrownBy(() -> FrozenEncoder.open(directory))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED_CHECKPOINT));
    }

    private static TrainingModel open(ModelSettings settings, long seed) {
        TrainingModel model = TrainingModel.create(settings, seed);
        StepArithmeticTest.fill(model.inputBuffers(1).get(0));
        return model;
    }
}
