package org.vito.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class EvaluationTransformTest {
    @Test
    void agreesWithTheReferenceAtEverySize() {
        int[][] sizes = {{1, 1}, {1, 7}, {28, 28}, {5, 90}, {64, 48}, {200, 131}, {33, 400}};
        Random random = new Random(2);
        try (EvaluationTransform transform = new EvaluationTransform(64, 56)) {
            for (int[] size : sizes) {
                byte[] pixels = ViewTransformTest.frame(size[0], size[1], random);
                ByteBuffer out = ByteBuffer.allocate(56 * 56 * 3);
                transform.raw(pixels, size[1], size[0], 3, out);
                assertThat(out.hasRemaining()).isFalse();
                check(pixels, size[0], size[1], out);
            }
        }
    }

    private static void check(byte[] pixels, int width, int height, ByteBuffer out) {
        int shorter = Math.min(width, height);
        int wide = 64 * width / shorter;
        int high = 64 * height / shorter;
        double[][][] expected = Reference.resize(Reference.picture(pixels, width, height), wide, high, true);
        int left = (int) Math.rint((wide - 56) / 2.0);
        int top = (int) Math.rint((high - 56) / 2.0);
        double worst = 0;
        for (int i = 0; i < 56 * 56 * 3; i++) {
            double wanted = expected[i % 3][top + i / 3 / 56][left + i / 3 % 56] * 255;
            worst = Math.max(worst, Math.abs((out.get(i) & 0xff) - wanted));
        }
        assertThat(worst).as("%d x %d", width, height).isLessThan(0.51);
    }

    @Test
    void oneChannelIsRepeatedAndEncodedIsAsRaw() {
        byte[] grey = new byte[28 * 28];
        new Random(1).nextBytes(grey);
        byte[] rgb = new byte[grey.length * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = grey[i / 3];
        }
        try (EvaluationTransform transform = new EvaluationTransform(32, 32)) {
            ByteBuffer one = ByteBuffer.allocate(32 * 32 * 3);
            ByteBuffer three = ByteBuffer.allocateDirect(32 * 32 * 3);
            ByteBuffer encoded = ByteBuffer.allocate(32 * 32 * 3);
            transform.raw(grey, 28, 28, 1, one);
            transform.raw(rgb, 28, 28, 3, three);
            transform.encoded(Images.png(28, 28, rgb), encoded);
            assertThat(one.flip()).isEqualTo(three.flip()).isEqualTo(encoded.flip());
        }
    }

    @Test
    void aWholeSquareOfTheRightSizeStaysAsItIsAndOthersLoseNoRim() {
        byte[] rgb = new byte[32 * 32 * 3];
        new Random(3).nextBytes(rgb);
        try (EvaluationTransform transform = new EvaluationTransform(40, 32);
                EvaluationTransform uncut = new EvaluationTransform(32, 32)) {
            ByteBuffer whole = ByteBuffer.allocate(rgb.length);
            transform.whole(Images.png(32, 32, rgb), whole);
            assertThat(whole.flip()).isEqualTo(ByteBuffer.wrap(rgb));
            byte[] wide = new byte[50 * 40 * 3];
            new Random(4).nextBytes(wide);
            ByteBuffer expected = ByteBuffer.allocate(rgb.length);
            transform.whole(Images.png(50, 40, wide), whole.clear());
            uncut.encoded(Images.png(50, 40, wide), expected);
            assertThat(whole.flip()).isEqualTo(expected.flip());
        }
    }

    @Test
    void whatIsNoPictureIsRefusedByName() {
        try (EvaluationTransform transform = new EvaluationTransform(32, 32)) {
            for (byte[] bytes :
                    new byte[][] {{}, {1, 2, 3}, "no picture at all".getBytes(java.nio.charset.StandardCharsets.UTF_8)
                    }) {
                assertThatThrownBy(() -> transform.encoded(bytes, ByteBuffer.allocate(32 * 32 * 3)))
                        .isInstanceOfSatisfying(
                                VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_DATA_SET));
            }
        }
    }

    @Test
    void aLineThatResizingWouldMakeTooLongIsRefusedByItsSize() {
        try (EvaluationTransform transform = new EvaluationTransform(256, 224)) {
            int width = 9_000_000; // × 256 is more than an int holds
            assertThatThrownBy(() -> transform.raw(new byte[width], 1, width, 1, ByteBuffer.allocate(224 * 224 * 3)))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
                    .hasMessageContaining("9000000 x 1 pixels");
        }
    }

    @Test
    void picturesComeBackInTheOrderRedGreenBlue() {
        byte[] rgb = {(byte) 200, 10, 20, 30, (byte) 210, 40};
        Images.Picture picture = Images.decodeRgb(Images.png(2, 1, rgb));
        assertThat(picture.rgb().toByteArray()).isEqualTo(rgb);
        assertThat(picture.width()).isEqualTo(2);
        byte[] flat = new byte[16 * 16 * 3];
        for (int i = 0; i < flat.length; i += 3) {
            flat[i] = (byte) 200;
        }
        byte[] back = Images.decodeRgb(Images.jpeg(16, 16, flat, 95)).rgb().toByteArray();
        assertThat(back[0] & 0xff).isBetween(190, 210);
        assertThat(back[2] & 0xff).isLessThan(12);
    }
}
