package org.vito.learner.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.protocol.CounterRandom;

/**
 * A directory of vectors that a PyTorch implementation of the method wrote: both networks' weights, views, what comes of
 * them, and where five steps lead. The committed ones are of its tiny network, and of one half as wide.
 *
 * @param directory of {@code online}, {@code target}, {@code views}, {@code expected} and perhaps {@code after5.safetensors},
 *     and {@code meta.json}
 * @param meta losses, learning rate, tau, temperature, negatives
 * @param settings of the network whose weights they are
 */
record GoldenVectors(Path directory, JsonNode meta, ModelSettings settings) {
    /** How many times what {@link #nudgedImages} does to a result it may differ from PyTorch's. */
    static final double MARGIN = 3;

    private static final int TRIALS = 3;
    private static final float NUDGE = 1e-6f;

    /** What the committed directories and those named by the system property {@code vito.golden.dir} hold. */
    static Stream<GoldenVectors> all() throws IOException, URISyntaxException {
        Stream.Builder<GoldenVectors> all = Stream.builder();
        Path own = Path.of(Objects.requireNonNull(GoldenVectors.class.getResource("/golden"))
                .toURI());
        below(own).forEach(directory -> all.add(open(directory)));
        for (String place : System.getProperty("vito.golden.dir", "").split("[,;" + File.pathSeparator + "]", -1)) {
            if (!place.isBlank()) {
                below(Path.of(place.strip())).forEach(directory -> all.add(open(directory)));
            }
        }
        return all.build();
    }

    /** {@code place} if it is such a directory, else those in it. */
    private static List<Path> below(Path place) throws IOException {
        try (Stream<Path> found = Files.walk(place, 1)) {
            List<Path> directories = found.filter(directory -> Files.exists(directory.resolve("meta.json")))
                    .sorted()
                    .toList();
            if (directories.isEmpty()) {
                throw new IllegalArgumentException(
                        place + " holds no golden vectors: no meta.json in it or one level down");
            }
            return directories;
        }
    }

    private static GoldenVectors open(Path directory) {
        try (SafetensorsFile weights = SafetensorsFile.open(directory.resolve("online.safetensors"));
                SafetensorsFile views = SafetensorsFile.open(directory.resolve("views.safetensors"))) {
            JsonNode meta =
                    new ObjectMapper().readTree(directory.resolve("meta.json").toFile());
            List<Long> shape = views.shape("views");
            ModelSettings settings = TestSettings.with(
                    """
                    vito.learner {
                      model {
                        architecture = golden, block = bottleneck, depths = [%d, %d, %d, %d], width = %d, zero-gamma = false
                        projector { hidden = %d, output = %d }
                        views = %d, clips = %d, size = %d, threads = 1
                      }
                      objective { temperature = %s, negatives = %s }
                    }
                    """
                            .formatted(
                                    blocks(weights, 1),
                                    blocks(weights, 2),
                                    blocks(weights, 3),
                                    blocks(weights, 4),
                                    weights.shape("backbone.conv1.weight").get(0),
                                    weights.shape("projector.0.weight").get(0),
                                    weights.shape("projector.3.weight").get(0),
                                    shape.get(0),
                                    shape.get(1),
                                    shape.get(3),
                                    meta.get("temperature").asText(),
                                    meta.get("negatives").asText()));
            return new GoldenVectors(directory, meta, settings);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the golden vectors in " + directory, e);
        }
    }

    private static long blocks(SafetensorsFile weights, int group) {
        return IntStream.iterate(0, block -> block + 1)
                .takeWhile(
                        block -> weights.names().contains("backbone.layer%d.%d.conv1.weight".formatted(group, block)))
                .count();
    }

    /** Whether they were computed in 64 bits, so that they have no rounding of their own. */
    boolean exact() {
        return meta.path("computed_in").asText().equals("float64");
    }

    boolean has(String file) {
        return Files.exists(directory.resolve(file));
    }

    SafetensorsFile file(String name) {
        return SafetensorsFile.open(directory.resolve(name));
    }

    double number(String key) {
        return meta.get(key).doubleValue();
    }

    int views() {
        return settings.views();
    }

    /** For each clip a video of its own. */
    int[] videos() {
        return IntStream.range(0, settings.clips()).toArray();
    }

    /** A model of these weights, before any step. */
    TrainingModel model() {
        TrainingModel model = TrainingModel.create(settings, 0);
        load(model);
        return model;
    }

    /** Takes a model's weights and statistics back to these. */
    void load(TrainingModel model) {
        model.nodes().online().restore(model.session(), directory.resolve("online.safetensors"));
        model.nodes().target().restore(model.session(), directory.resolve("target.safetensors"));
        model.nodes().optimiser().initialise(model.session(), 0);
    }

    /** The views as {@code [views, clips, size, size, 3]}. */
    float[] images() {
        float[] planes;
        try (SafetensorsFile file = file("views.safetensors")) {
            planes = file.read("views");
        }
        int area = settings.size() * settings.size();
        float[] pixels = new float[planes.length];
        for (int image = 0; image < settings.views() * settings.clips(); image++) {
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < area; i++) {
                    pixels[(image * area + i) * 3 + c] = planes[(image * 3 + c) * area + i];
                }
            }
        }
        return pixels;
    }

    /**
     * The views with every pixel changed by a millionth, up or down at random, some times: how far results move under that
     * tells how far rounding may move them. In PyTorch it moved them further than half of what the change from 32 bits to 64, or
     * of the layout of images, did, in every one of 16 cases and tensors.
     */
    List<float[]> nudgedImages() {
        List<float[]> all = new ArrayList<>();
        for (int trial = 0; trial < TRIALS; trial++) {
            CounterRandom random = CounterRandom.of(trial, "nudge", 0, 0);
            float[] images = images();
            for (int i = 0; i < images.length; i++) {
                images[i] *= random.nextBoolean(0.5) ? 1 + NUDGE : 1 - NUDGE;
            }
            all.add(images);
        }
        return all;
    }

    /** A tensor of images laid out as {@link #images} are. */
    TFloat32 tensor(float[] images) {
        return TFloat32.tensorOf(
                Shape.of(settings.views(), settings.clips(), settings.size(), settings.size(), 3),
                DataBuffers.of(images));
    }

    @Override
    public String toString() {
        return String.valueOf(directory.getFileName());
    }
}
