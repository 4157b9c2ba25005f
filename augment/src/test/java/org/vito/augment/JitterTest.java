package org.vito.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vito.augment.ViewDraw.Crop;

class JitterTest {
    private static final int WIDTH = 6;
    private static final int HEIGHT = 5;

    /** Each change alone: the three others are drawn so that they change nothing. */
    private static ViewDraw only(String change, double factor) {
        return new ViewDraw(
                new Crop(0, 0, 1, 1),
                false,
                true,
                change.endsWith("brightness") ? factor - 1 : 0,
                change.endsWith("contrast") ? factor : 1,
                change.endsWith("saturation") ? factor : 1,
                change.endsWith("hue") ? factor : 0,
                new int[] {2, 0, 3, 1},
                false,
                false,
                1,
                false);
    }

    @Test
    void changesAreTorchvisionsAndPillowsToTheLetter() {
        changesAreTorchvisionsAndPillowsToTheLetter(new StripColours(30));
        changesAreTorchvisionsAndPillowsToTheLetter(new RowColours(Kinds.kernels(), 30));
    }

    private static void changesAreTorchvisionsAndPillowsToTheLetter(Colours colours) {
        List<Golden.Line> lines = Golden.lines("/colour-changes.txt");
        assertThat(lines).hasSize(21);
        for (Golden.Line line : lines) {
            double[] expected = line.from(1);
            boolean bytes = line.what().startsWith("pillow");
            double[] ours = jittered(only(line.what(), line.numbers()[0]), colours);
            for (int i = 0; i < expected.length; i++) {
                assertThat(bytes ? ours[i] * 255 : ours[i])
                        .as("%s %s, value %d", line.what(), line.numbers()[0], i)
                        .isCloseTo(expected[i], within(bytes ? 1.0 : line.what().endsWith("hue") ? 3e-4 : 2e-6));
            }
        }
    }

    /** Jitter works on squares: the mean is that of the whole picture only if that is what the square holds. */
    private static double[] jittered(ViewDraw draw, Colours colours) {
        byte[] picture = Golden.picture(WIDTH, HEIGHT);
        Lines square = new Lines(30, 32, 16); // each pixel of the picture is a line of it
        for (int pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
            for (int i = 0; i < 90; i++) {
                square.lines[pixel][square.first + i / 30 * square.stride + i % 30] =
                        (picture[pixel * 3 + i / 30] & 0xff) / 255f;
            }
        }
        new Jitter(JitterDefinition.TORCHVISION, colours).apply(square, draw);
        double[] out = new double[WIDTH * HEIGHT * 3];
        for (int i = 0; i < out.length; i++) {
            out[i] = square.lines[i / 3][square.first + i % 3 * square.stride + 17];
        }
        return out;
    }

    @Test
    void theDefinitionIsASetting() {
        assertThat(AugmentSettings.from(ConfigFactory.load()).jitter()).isEqualTo(JitterDefinition.BYOL);
        assertThat(settings("torchvision").jitter()).isEqualTo(JitterDefinition.TORCHVISION);
        assertThatThrownBy(() -> settings("pillow"))
                .hasMessageContaining("vito.augment.jitter")
                .hasMessageContaining("byol, torchvision");
    }

    private static AugmentSettings settings(String jitter) {
        return AugmentSettings.from(
                ConfigFactory.parseString("vito.augment.jitter = " + jitter).withFallback(ConfigFactory.load()));
    }
}
