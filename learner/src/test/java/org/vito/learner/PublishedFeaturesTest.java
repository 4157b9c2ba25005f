package org.vito.learner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vito.learner.weights.SafetensorsFile;

/**
 * Compares features with those that timm computed, in 64 bits, with the same weights: {@code weights.safetensors} as timm
 * saves them, and {@code cases.safetensors} with tensors {@code HEIGHTxWIDTH.OUTPUT} of images that a formula gives. The
 * system property {@code vito.timm.dir} names further directories of such files; those of full size are too large to keep here.
 */
class PublishedFeaturesTest {
    private static final double TOLERANCE = 1e-4;

    static Stream<Path> vectors() throws URISyntaxException {
        List<Path> directories = new ArrayList<>();
        for (String name : List.of("residual-basic", "residual-bottleneck", "swin")) {
            directories.add(Path.of(PublishedFeaturesTest.class
                    .getResource("/golden/timm/" + name)
                    .toURI()));
        }
        Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("vito.timm.dir", ""))
                .filter(directory -> !directory.isBlank())
                .map(Path::of)
                .forEach(directories::add);
        return directories.stream();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void featuresAreThoseOfTimm(Path golden) {
        Map<String, Double> distances = new TreeMap<>();
        try (FrozenEncoder encoder = FrozenEncoder.open(golden.resolve("weights.safetensors"));
                SafetensorsFile cases = SafetensorsFile.open(golden.resolve("cases.safetensors"))) {
            for (String name : cases.names()) {
                String[] parts = name.split("[x.]", 3);
                int height = Integer.parseInt(parts[0]);
                int width = Integer.parseInt(parts[1]);
                int count = cases.shape(name).get(0).intValue();
                Features found = encoder.encode(images(count, height, width), count, height, width, List.of(parts[2]))
                        .get(0);
                assertThat(found.shape())
                        .as(name)
                        .isEqualTo(
                                cases.shape(name).stream().map(Math::toIntExact).toList());
                distances.put(name, distance(found.values(), cases.read(name)));
            }
        }
        System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, "{0}: {1}", golden, distances);
        assertThat(distances).isNotEmpty().allSatisfy((name, distance) -> assertThat(distance)
                .isLessThan(TOLERANCE));
    }

    /** The i-th byte is the top one of the lower 32 bits of 2654435761 i + 40503 (1000 height + width). */
    private static ByteBuffer images(int count, int height, int width) {
        ByteBuffer images = ByteBuffer.allocateDirect(count * height * width * 3);
        for (int i = 0; i < images.capacity(); i++) {
            images.put(i, (byte) ((i * 2654435761L + 40503L * (1000L * height + width)) >> 24));
        }
        return images;
    }

    /** Largest difference by largest value. */
    private static double distance(float[] found, float[] expected) {
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs((double) found[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return difference / largest;
    }
}
