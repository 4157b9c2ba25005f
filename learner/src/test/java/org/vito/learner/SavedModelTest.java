package org.vito.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vito.learner.model.TrainingModel;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

@NullUnmarked // JUnit fills the fields
class SavedModelTest {
    private static final int COUNT = 2;
    private static final int SIDE = 45;

    @TempDir
    Path directory;

    private Path checkpoint() throws Exception {
        LearnerSettings settings = LearnerSettings.from(ConfigFactory.parseString(
                        """
                        include classpath("presets/small.conf")
                        vito.learner.model { clips = 2, size = 32, threads = 1 }
                        """)
                .withFallback(ConfigFactory.defaultReference())
                .resolve());
        Path checkpoint = Files.createDirectories(directory.resolve("checkpoint"));
        try (TrainingModel model = TrainingModel.create(settings.model(), 5)) {
            model.save(checkpoint);
        }
        return checkpoint;
    }

    private static byte[] images() {
        byte[] images = new byte[COUNT * SIDE * SIDE * 3];
        CounterRandom random = CounterRandom.of(1, "images", 0, 0);
        for (int i = 0; i < images.length; i++) {
            images[i] = (byte) random.nextInt();
        }
        return images;
    }

    @Test
    void theSavedModelGivesTheEncodersFeatures() throws Exception {
        Path saved = directory.resolve("saved");
        byte[] images = images();
        float[][] expected;
        try (FrozenEncoder encoder = FrozenEncoder.open(checkpoint())) {
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(images.length).put(images).flip();
            expected = encoder.encode(direct, COUNT, SIDE);
            encoder.saveModel(saved);
        }
        try (SavedModelBundle bundle = SavedModelBundle.load(saved.toString());
                TUint8 input = TUint8.tensorOf(Shape.of(COUNT, SIDE, SIDE, 3), DataBuffers.of(images, true, false));
                Result result = bundle.function("serving_default").call(Map.of("images", input))) {
            TFloat32 pooled = (TFloat32) result.get("pooled").orElseThrow();
            float[] found = new float[(int) pooled.size()];
            pooled.copyTo(DataBuffers.of(found, false, false));
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isEqualTo(expected[i / expected[0].length][i % expected[0].length]);
            }
            assertThat(pooled.shape()).isEqualTo(Shape.of(COUNT, expected[0].length));
        }
    }

    @Test
    void whatIsThereIsNotOverwritten() throws Exception {
        Path taken = Files.createDirectories(directory.resolve("taken"));
        Files.writeString(taken.resolve("notes.txt"), "mine");
        try (FrozenEncoder encoder = FrozenEncoder.open(checkpoint())) {
            assertThatThrownBy(() -> encoder.saveModel(taken))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.STORAGE))
                    .hasMessageContaining(taken.toString());
        }
        assertThat(taken).isDirectoryContaining(file -> file.endsWith("notes.txt"));
    }
}
