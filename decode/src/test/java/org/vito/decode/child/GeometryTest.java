package org.vito.decode.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;

/** How frames are sized and turned. */
class GeometryTest {
    @Test
    void theShortSideIsAsWantedAndNothingGrows() {
        assertThat(TargetSize.of(1920, 1080, 0, 1, 256)).isEqualTo(new TargetSize(455, 256));
        assertThat(TargetSize.of(1080, 1920, 1, 1, 256)).isEqualTo(new TargetSize(256, 455));
        assertThat(TargetSize.of(200, 100, 1, 1, 256)).isEqualTo(new TargetSize(200, 100));
        assertThat(TargetSize.of(720, 576, 16, 15, 256)).isEqualTo(new TargetSize(341, 256));
        assertThat(TargetSize.of(100, 100, 2, 1, 256)).isEqualTo(new TargetSize(100, 50));
        assertThat(TargetSize.of(100, 100, 1, 2, 256)).isEqualTo(new TargetSize(50, 100));
        assertThat(TargetSize.of(5000, 2, 1, 1, 1)).isEqualTo(new TargetSize(2500, 1));
    }

    @Test
    void displayMatricesAreRead() {
        int one = 1 << 16;
        assertThat(Orientation.of(one, 0, 0, one)).isEqualTo(Orientation.UPRIGHT);
        assertThat(Orientation.of(0, one, -one, 0)).isEqualTo(new Orientation(true, true, false));
        assertThat(Orientation.of(-one, 0, 0, -one)).isEqualTo(new Orientation(false, true, true));
        assertThat(Orientation.of(0, -one, one, 0)).isEqualTo(new Orientation(true, false, true));
        assertThat(Orientation.of(-one, 0, 0, one)).isEqualTo(new Orientation(false, true, false));
        assertThat(Orientation.of(Integer.MIN_VALUE, 0, 0, one)).isEqualTo(new Orientation(false, true, false));
    }

    @Test
    void pixelsAreTurned() {
        // stored:  1 2 3     a quarter turn clockwise:  4 1
        //          4 5 6                                5 2
        //                                               6 3
        assertThat(turned(new Orientation(true, true, false))).containsExactly(4, 1, 5, 2, 6, 3);
        assertThat(turned(new Orientation(false, true, true))).containsExactly(6, 5, 4, 3, 2, 1);
        assertThat(turned(new Orientation(true, false, true))).containsExactly(3, 6, 2, 5, 1, 4);
        assertThat(turned(new Orientation(true, false, false))).containsExactly(1, 4, 2, 5, 3, 6);
    }

    private static byte[] turned(Orientation orientation) {
        byte[] pixels = new byte[6];
        try (Mat stored = new Mat(2, 3, opencv_core.CV_8UC1);
                Mat upright = new Mat()) {
            ((ByteBuffer) stored.createBuffer()).put(new byte[] {1, 2, 3, 4, 5, 6});
            orientation.turn(stored, upright);
            assertThat(upright.cols()).isEqualTo(orientation.width(3, 2));
            assertThat(upright.rows()).isEqualTo(orientation.height(3, 2));
            ((ByteBuffer) upright.createBuffer()).get(pixels);
        }
        return pixels;
    }
}
