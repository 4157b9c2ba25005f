package org.vito.learner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vito.learner.FrozenEncoder;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;
import org.vito.learner.optimise.Optimiser.Gradient;
import org.vito.learner.weights.SafetensorsFile;

/**
 * Compares with numbers that a PyTorch implementation of the method computed in 64 bits: projections, loss, every gradient,
 * and both networks after one step at a learning rate so high that a second one is already sensitive to rounding (later
 * steps are checked by {@link StepArithmeticTest}, step by step). The system property {@code vito.golden.dir} names further directories of such files.
 */
class GoldenTest {
    private static final int VIEWS = 3;
    private static final int CLIPS = 4;
    private static final int[] VIDEOS = {0, 1, 2, 3};
    private static final double TOLERANCE = 1e-4;

    static Stream<Path> vectors() throws URISyntaxException {
        List<Path> directories = new ArrayList<>();
        directories.add(Path.of(GoldenTest.class.getResource("/golden/tiny").toURI()));
        String more = System.getProperty("vito.golden.dir", "");
        Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(more)
                .filter(directory -> !directory.isBlank())
                .map(Path::of)
                .forEach(directories::add);
        return directories.stream();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void projectionsLossAndGradients(Path golden) throws IOException {
        JsonNode meta = meta(golden);
        int size = meta.get("size").intValue();
        try (TrainingModel model = TrainingModel.create(TestSettings.tiny(size), 0);
                TFloat32 images = images(golden, size);
                TInt32 videos = TInt32.vectorOf(VIDEOS);
                SafetensorsFile expected = SafetensorsFile.open(golden.resolve("expected.safetensors"))) {
            load(model, golden);
            TrainingGraph nodes = model.nodes();
            Session.Runner runner = model.session()
                    .runner()
                    .feed(nodes.images(), images)
                    .feed(nodes.videoIds(), videos)
                    .fetch(nodes.loss());
            nodes.onlineOutputs().forEach(runner::fetch);
            nodes.targetOutputs().forEach(runner::fetch);
            nodes.gradients().forEach(gradient -> runner.fetch(gradient.value()));
            try (Result result = runner.run()) {
                assertThat(((TFloat32) result.get(0)).getFloat())
                        .isCloseTo(meta.get("loss").floatValue(), withPercentage(0.001));
                assertProjections(result, 1, expected.read("z_online"), "z_online");
                assertProjections(result, 1 + VIEWS, expected.read("z_target"), "z_target");
                assertGradients(result, 1 + 2 * VIEWS, nodes.gradients(), expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void weightsAndStatisticsAfterAStep(Path golden) throws IOException {
        JsonNode meta = meta(golden);
        int size = meta.get("size").intValue();
        double learningRate = meta.get("lr").doubleValue();
        double decay = meta.get("tau").doubleValue();
        try (TrainingModel model = TrainingModel.create(TestSettings.tiny(size), 0);
                TFloat32 images = images(golden, size);
                SafetensorsFile after = SafetensorsFile.open(golden.resolve("after1.safetensors"))) {
            load(model, golden);
            model.stepOnNormalised(images, VIDEOS, learningRate, decay);
            assertWeights(model, model.nodes().online(), "online.", after);
            assertWeights(model, model.nodes().target(), "target.", after);
            double next =
                    model.stepOnNormalised(images, VIDEOS, learningRate, decay).loss();
            assertThat(next).isCloseTo(meta.get("loss_after_1_step").doubleValue(), withPercentage(0.05));
        }
    }

    /** Features that PyTorch computed of two images of 45 × 45 with the golden weights. */
    @Test
    void frozenFeatures(@TempDir Path checkpoint) throws IOException, URISyntaxException {
        Path golden = Path.of(GoldenTest.class.getResource("/golden/tiny").toURI());
        ModelFile.of(TestSettings.tiny(64).network(), 64).write(checkpoint);
        Files.copy(golden.resolve("online.safetensors"), checkpoint.resolve(TrainingModel.ONLINE_FILE));
        ByteBuffer images = ByteBuffer.allocateDirect(2 * 45 * 45 * 3);
        for (long i = 0; i < images.capacity(); i++) {
            images.put((int) i, (byte) (i * i / 7 + i * 37));
        }
        try (FrozenEncoder encoder = FrozenEncoder.open(checkpoint);
                SafetensorsFile expected = SafetensorsFile.open(golden.resolve("features.safetensors"))) {
            float[] wanted = expected.read("pooled");
            float[][] found = encoder.encode(images, 2, 45);
            float[] flat = Arrays.copyOf(found[0], wanted.length);
            System.arraycopy(found[1], 0, flat, found[0].length, found[1].length);
            assertThat(distance(flat, wanted, largest(wanted))).isLessThan(TOLERANCE);
        }
    }

    private static void load(TrainingModel model, Path golden) {
        model.nodes().online().restore(model.session(), golden.resolve("online.safetensors"));
        model.nodes().target().restore(model.session(), golden.resolve("target.safetensors"));
    }

    private static JsonNode meta(Path golden) throws IOException {
        return new ObjectMapper().readTree(golden.resolve("meta.json").toFile());
    }

    /** Images {@code [views, clips, 3, size, size]} of a file as {@code [views, clips, size, size, 3]}. */
    private static TFloat32 images(Path golden, int size) {
        float[] planes;
        try (SafetensorsFile file = SafetensorsFile.open(golden.resolve("views.safetensors"))) {
            planes = file.read("views");
        }
        int area = size * size;
        float[] pixels = new float[planes.length];
        for (int image = 0; image < VIEWS * CLIPS; image++) {
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < area; i++) {
                    pixels[(image * area + i) * 3 + c] = planes[(image * 3 + c) * area + i];
                }
            }
        }
        return TFloat32.tensorOf(Shape.of(VIEWS, CLIPS, size, size, 3), DataBuffers.of(pixels));
    }

    private static void assertProjections(Result result, int first, float[] expected, String what) {
        int length = expected.length / VIEWS;
        for (int view = 0; view < VIEWS; view++) {
            float[] found = new float[length];
            ((TFloat32) result.get(first + view)).copyTo(DataBuffers.of(found, false, false));
            normalise(found, length / CLIPS);
            float[] wanted = Arrays.copyOfRange(expected, view * length, (view + 1) * length);
            assertThat(distance(found, wanted, largest(wanted))).as(what).isLessThan(TOLERANCE);
        }
    }

    /** The vectors hold projections of unit length. */
    private static void normalise(float[] rows, int length) {
        for (int row = 0; row < rows.length; row += length) {
            double squares = 0;
            for (int i = row; i < row + length; i++) {
                squares += (double) rows[i] * rows[i];
            }
            for (int i = row; i < row + length; i++) {
                rows[i] = (float) (rows[i] / Math.sqrt(squares));
            }
        }
    }

    /**
     * Gradients are compared relative to the largest element; that of a bias before a batch normalisation is 0 but for
     * rounding, and so compared with that of the weights beside it.
     */
    private static void assertGradients(Result result, int first, List<Gradient> gradients, SafetensorsFile expected) {
        Map<String, Double> distances = new TreeMap<>();
        for (int i = 0; i < gradients.size(); i++) {
            Variable parameter = gradients.get(i).parameter();
            float[] wanted = expected.read("grad." + parameter.name());
            float[] found = parameter.inFileLayout((TFloat32) result.get(first + i));
            String scaledBy = parameter.name().equals("projector.0.bias") ? "projector.0.weight" : parameter.name();
            double scale = Math.max(1e-2, largest(expected.read("grad." + scaledBy)));
            distances.put(parameter.name(), distance(found, wanted, scale));
        }
        assertThat(distances).isNotEmpty().allSatisfy((name, distance) -> assertThat(distance)
                .isLessThan(TOLERANCE));
    }

    private static void assertWeights(
            TrainingModel model, Variables variables, String prefix, SafetensorsFile expected) {
        Map<String, Double> distances = new TreeMap<>();
        variables.values(model.session()).forEach((name, found) -> {
            float[] wanted = expected.read(prefix + name);
            distances.put(prefix + name, distance(found, wanted, Math.max(1e-2, largest(wanted))));
        });
        assertThat(distances).isNotEmpty().allSatisfy((name, distance) -> assertThat(distance)
                .isLessThan(TOLERANCE));
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static double distance(float[] found, float[] wanted, double scale) {
        assertThat(found).hasSameSizeAs(wanted);
        double distance = 0;
        for (int i = 0; i < found.length; i++) {
            distance = Math.max(distance, Math.abs((double) found[i] - wanted[i]));
        }
        return distance / scale;
    }
}
