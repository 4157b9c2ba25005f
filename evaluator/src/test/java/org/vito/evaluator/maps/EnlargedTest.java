package org.vito.evaluator.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class EnlargedTest {
    /** Numbers by torch's {@code interpolate(mode="bilinear", align_corners=False)}. */
    @Test
    void asTorchDoesIt() {
        float[] map = new float[3 * 4 * 2];
        for (int i = 0; i < 12; i++) {
            map[2 * i] = 99; // another channel
            int row = i / 4;
            map[2 * i + 1] = (float) Math.sin(0.7 * row + 1.1 * (i % 4));
        }
        float[] out = new float[11 * 10];
        Enlarged.channel(map, 3, 4, 2, 1, out, 10, 11);
        int[] at = {0, 5, 13, 37, 58, 77, 93, 109};
        float[] expected = {0f, 0.83331f, 0.802087f, 0.059852f, -0.657197f, -0.511019f, 0.63717f, -0.999923f};
        for (int i = 0; i < at.length; i++) {
            assertThat(out[at[i]]).as("element %d", at[i]).isCloseTo(expected[i], within(2e-6f));
        }
    }
}
