package org.vito.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class ImageDecoderTest {
    private static final byte[] SMALL = Images.jpeg(12, 7, new byte[12 * 7 * 3], 90);

    private static byte[] lying(byte[] jpeg, int width, int height) {
        byte[] changed = jpeg.clone();
        int at = 2;
        while ((changed[at + 1] & 0xff) != 0xc0) {
            at += 2 + (((changed[at + 2] & 0xff) << 8) | (changed[at + 3] & 0xff));
        }
        ByteBuffer.wrap(changed).putShort(at + 5, (short) height).putShort(at + 7, (short) width);
        return changed;
    }

    @Test
    void aPictureTooLargeIsRefusedByItsHeader() {
        byte[] giant = lying(SMALL, 60_000, 60_000);
        try (EvaluationTransform transform = new EvaluationTransform(8, 8);
                ImageDecoder decoder = new ImageDecoder(Images.MAX_PIXELS)) {
            assertThatThrownBy(() -> transform.encoded(giant, ByteBuffer.allocate(192)))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
                    .hasMessageContaining("header says 60000 by 60000 pixels: expected 100000000 pixels at most");
            assertThat(decoder.decodeWholeJpeg(ByteString.copyFrom(giant))).isFalse();
            assertThat(decoder.decodeWholeJpeg(ByteString.copyFrom(SMALL))).isTrue();
        }
    }

    @Test
    void theLimitIsExact() {
        try (ImageDecoder enough = new ImageDecoder(84);
                ImageDecoder tooFew = new ImageDecoder(83)) {
            assertThat(enough.decode(SMALL)).isTrue();
            assertThat(enough.decodeWholeJpeg(ByteString.copyFrom(SMALL))).isTrue();
            assertThat(tooFew.decodeWholeJpeg(ByteString.copyFrom(SMALL))).isFalse();
            assertThatThrownBy(() -> tooFew.decode(SMALL)).hasMessageContaining("12 by 7 pixels: expected 83");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".jpg", ".png", ".webp", ".bmp"})
    void headersAreReadInEveryFormat(String kind) {
        byte[] encoded = encoded(kind, 300, 41);
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        assertThat(PictureHeader.of(bytes, encoded.length)).isEqualTo(new PictureHeader(300, 41));
        try (ImageDecoder decoder = new ImageDecoder(300 * 41)) {
            assertThat(decoder.decode(encoded)).isTrue();
            assertThat(decoder.width()).isEqualTo(300);
            assertThat(decoder.height()).isEqualTo(41);
        }
    }

    private static byte[] encoded(String kind, int width, int height) {
        try (Mat picture = new Mat(height, width, opencv_core.CV_8UC3, new Scalar(60));
                BytePointer bytes = new BytePointer()) {
            assertThat(opencv_imgcodecs.imencode(kind, picture, bytes)).isTrue();
            byte[] encoded = new byte[(int) bytes.limit()];
            bytes.get(encoded);
            return encoded;
        }
    }

    @Test
    void noBytesMakeTheHeaderReaderFail() {
        Random random = new Random(4);
        for (String kind : new String[] {".jpg", ".png", ".webp", ".bmp"}) {
            byte[] whole = encoded(kind, 33, 21);
            for (int n = 0; n < 3000; n++) {
                byte[] bytes = Arrays.copyOf(whole, random.nextInt(whole.length));
                for (int flips = random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                assertThat(PictureHeader.of(ByteBuffer.wrap(bytes), bytes.length))
                        .isNotNull();
            }
        }
    }

    @Test
    void damagedPicturesAreRefusedOrDecodedWithinTheLimit() {
        Random random = new Random(5);
        try (ImageDecoder decoder = new ImageDecoder(10_000)) {
            for (String kind : new String[] {".jpg", ".png", ".webp", ".bmp"}) {
                byte[] whole = encoded(kind, 33, 21);
                for (int n = 0; n < 200; n++) {
                    byte[] bytes = whole.clone();
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                    try {
                        boolean decoded = decoder.decode(bytes);
                        assertThat(!decoded || decoder.width() * decoder.height() <= 10_000)
                                .isTrue();
                    } catch (VitoException e) {
                        assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE);
                    }
                }
            }
        }
    }
}
