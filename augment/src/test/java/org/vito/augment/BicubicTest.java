package org.vito.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vito.augment.ViewDraw.Crop;

/** Resizing against numbers of PyTorch and Pillow, which antialias, and against the definition where nothing is to antialias. */
class BicubicTest {
    @Test
    void evaluationResizesAsPyTorchAndPillowDo() {
        List<Golden.Line> lines = Golden.lines("/bicubic.txt");
        assertThat(lines).hasSize(8);
        for (Golden.Line line : lines) {
            int width = (int) line.numbers()[0];
            int height = (int) line.numbers()[1];
            int wide = (int) line.numbers()[2];
            int high = (int) line.numbers()[3];
            boolean bytes = line.what().equals("pillow");
            if (bytes && (wide > width || high > height)) {
                continue; // Pillow cuts to 0 … 255 between its two passes, which shows where values swing beyond
            }
            double[] expected = line.from(4);
            int side = Math.min(wide, high);
            float[] ours = middle(Golden.picture(width, height), width, height, wide, high, side);
            int left = (int) Math.rint((wide - side) / 2.0);
            int top = (int) Math.rint((high - side) / 2.0);
            for (int i = 0; i < ours.length; i++) {
                int y = top + i / 3 / side;
                int x = left + i / 3 % side;
                double wanted = Math.max(0, Math.min(255, expected[(y * wide + x) * 3 + i % 3]));
                assertThat((double) ours[i] * 255)
                        .as("%s, %d x %d to %d x %d, value %d", line.what(), width, height, wide, high, i)
                        .isCloseTo(wanted, within(bytes ? 1.0 : 0.006));
            }
        }
    }

    /** {@code [side, side, 3]} from columns that are lines. */
    private static float[] middle(byte[] picture, int width, int height, int wide, int high, int side) {
        Lines columns = new Lines(side);
        try (CropResize resize = new CropResize(true)) {
            resize.centre(ByteBuffer.wrap(picture), width, height, wide, high, columns);
        }
        float[] out = new float[side * side * 3];
        for (int i = 0; i < out.length; i++) {
            out[i] = columns.lines[i / 3 % side][i % 3 * columns.stride + i / 3 / side];
        }
        return out;
    }

    /** Where nothing shrinks antialiasing changes nothing, so PyTorch's numbers are those of training's views too. */
    @Test
    void trainingResizesWithTheSameKernel() {
        for (Golden.Line line : Golden.lines("/bicubic.txt")) {
            int width = (int) line.numbers()[0];
            int height = (int) line.numbers()[1];
            int wide = (int) line.numbers()[2];
            int high = (int) line.numbers()[3];
            if (line.what().equals("torch") && wide > width && high > height && wide >= high) {
                ByteBuffer picture = ByteBuffer.wrap(Golden.picture(width, height));
                assertThat(views(picture, width, height, high, wide, line.from(4)))
                        .isPositive();
            }
        }
    }

    private static int views(ByteBuffer picture, int width, int height, int high, int wide, double[] expected) {
        int compared = 0;
        try (CropResize resize = new CropResize(false)) {
            Lines columns = new Lines(high);
            if (wide == high) {
                resize.apply(picture, width, new Crop(0, 0, width, height), false, columns);
            } else {
                resize.centre(picture, width, height, wide, high, columns);
            }
            int left = (int) Math.rint((wide - high) / 2.0);
            for (int x = 0; x < high; x++) {
                for (int y = 0; y < high; y++) {
                    double wanted = Math.max(0, Math.min(255, expected[(y * wide + x + left) * 3]));
                    assertThat((double) columns.lines[x][y] * 255).isCloseTo(wanted, within(0.006));
                    compared++;
                }
            }
        }
        return compared;
    }
}
