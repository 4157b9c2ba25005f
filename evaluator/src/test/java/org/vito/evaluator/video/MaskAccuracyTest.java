package org.vito.evaluator.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers by davis2017-evaluation (db_eval_iou, f_measure). */
class MaskAccuracyTest {
    private static final int SIDE = 20;

    @Test
    void squaresThatMoved() {
        boolean[] truth = square(5, 5, 10);
        agree(truth, square(5, 6, 10), 0.818182, 1.0);
        agree(truth, square(5, 8, 10), 0.538462, 0.5);
        boolean[] half = new boolean[SIDE * SIDE];
        for (int y = 5; y < 15; y++) {
            for (int x = 5; x < 10; x++) {
                half[y * SIDE + x] = true;
            }
        }
        agree(truth, half, 0.5, 0.657143);
        agree(new boolean[SIDE * SIDE], new boolean[SIDE * SIDE], 1, 1);
        agree(truth, new boolean[SIDE * SIDE], 0, 0);
        agree(new boolean[SIDE * SIDE], truth, 0, 0);
    }

    private static void agree(boolean[] truth, boolean[] found, double region, double boundary) {
        assertThat(MaskAccuracy.region(truth, found)).isCloseTo(region, within(5e-7));
        assertThat(MaskAccuracy.boundary(truth, found, SIDE, SIDE)).isCloseTo(boundary, within(5e-7));
    }

    @ParameterizedTest
    @CsvSource({
        "48, 85, 0, 0, 0.05, 0.4, 0.2, 0.1, 0.05, 0.4, 0.8708165997322623, 0.6627387375459269",
        "48, 85, 1, 2, 0.07, 0.2, 1.4, 1.7, 0.06, 0.5, 0.5494575622208041, 0.10476190476190476",
        "120, 214, 0.5, 1, 0.03, 0.6, 0.6, 1.2, 0.04, 0.5, 0.6112931200616689, 0.30659737316490326",
        "300, 500, 2, 0.3, 0.02, 0.1, 2.2, 0.1, 0.021, 0.3, 0.7846961426237976, 0.9499259250765403",
        "30, 20, 0, 0, 0.05, 0.4, 0, 0, 0.05, 3, 0, 0"
    })
    void shapesThatTouchTheEdges(
            int height,
            int width,
            double a,
            double b,
            double c,
            double threshold,
            double a2,
            double b2,
            double c2,
            double threshold2,
            double region,
            double boundary) {
        boolean[] truth = waves(height, width, a, b, c, threshold);
        boolean[] found = waves(height, width, a2, b2, c2, threshold2);
        assertThat(MaskAccuracy.region(truth, found)).isCloseTo(region, within(1e-12));
        assertThat(MaskAccuracy.boundary(truth, found, height, width)).isCloseTo(boundary, within(1e-12));
    }

    private static boolean[] waves(int height, int width, double a, double b, double c, double threshold) {
        boolean[] mask = new boolean[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                mask[y * width + x] =
                        Math.sin(0.13 * y + a) + Math.cos(0.11 * x + b) + 0.5 * Math.sin(c * (x + 2 * y)) > threshold;
            }
        }
        return mask;
    }

    private static boolean[] square(int top, int left, int side) {
        boolean[] mask = new boolean[SIDE * SIDE];
        for (int y = top; y < top + side; y++) {
            for (int x = left; x < left + side; x++) {
                mask[y * SIDE + x] = true;
            }
        }
        return mask;
    }
}
