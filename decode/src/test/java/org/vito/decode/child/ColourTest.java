package org.vito.decode.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vito.decode.child.v1.Request;

/**
 * Colours survive: of flat patches with known samples, coded without loss in every layout, depth, range and matrix, the scaled
 * frame has the RGB values that the formulas of ITU-R BT.601, 709 and 2020 give in double precision. YCbCr of limited
 * range in 8 bits, which is what is scaled, can be 1.7 of 255 off, and that of the JPEG 1.4 more.
 */
class ColourTest {
    private static final int PATCHES = 4; // in each direction
    private static final int SIZE = 128;
    private static final double SCALED = 2.6;
    private static final double STORED = 3.5;

    @TempDir
    private static Path dir;

    private record Colour(double red, double green, double blue) {
        double distance(Colour other) {
            return Math.max(
                    Math.abs(red - other.red), Math.max(Math.abs(green - other.green), Math.abs(blue - other.blue)));
        }
    }

    /** Weights of red and blue in luma. */
    private record Weights(double red, double blue) {
        static Weights of(int matrix) {
            return switch (matrix) {
                case AVCOL_SPC_BT709 -> new Weights(0.2126, 0.0722);
                case AVCOL_SPC_BT2020_NCL -> new Weights(0.2627, 0.0593);
                case AVCOL_SPC_SMPTE170M, AVCOL_SPC_BT470BG -> new Weights(0.299, 0.114);
                default -> throw new IllegalArgumentException("matrix " + matrix);
            };
        }

        Colour rgb(double y, double cb, double cr, boolean full, int depth) {
            double unit = 1 << (depth - 8);
            double luma = full ? y / ((1 << depth) - 1) : (y / unit - 16) / 219;
            double middle = 1 << (depth - 1);
            double scale = full ? (1 << depth) - 1 : 224 * unit;
            double b = (cb - middle) / scale;
            double r = (cr - middle) / scale;
            double redPart = luma + 2 * (1 - red) * r;
            double bluePart = luma + 2 * (1 - blue) * b;
            double green = (luma - red * redPart - blue * bluePart) / (1 - red - blue);
            return new Colour(byteOf(redPart), byteOf(green), byteOf(bluePart));
        }

        private static double byteOf(double value) {
            return 255 * Math.max(0, Math.min(1, value));
        }
    }

    static Stream<Arguments> layouts() {
        List<Arguments> all = new ArrayList<>();
        int[] layouts = {
            AV_PIX_FMT_YUV420P,
            AV_PIX_FMT_YUV422P,
            AV_PIX_FMT_YUV444P,
            AV_PIX_FMT_YUVA420P,
            AV_PIX_FMT_YUV420P10LE,
            AV_PIX_FMT_YUV422P10LE,
            AV_PIX_FMT_YUV444P10LE
        };
        for (int layout : layouts) {
            for (int range : new int[] {AVCOL_RANGE_MPEG, AVCOL_RANGE_JPEG}) {
                for (int matrix : new int[] {AVCOL_SPC_SMPTE170M, AVCOL_SPC_BT709, AVCOL_SPC_BT2020_NCL}) {
                    all.add(Arguments.of(av_get_pix_fmt_name(layout).getString(), range, matrix));
                }
            }
        }
        for (String rgb : List.of("bgr0", "bgra", "gbrp10le")) {
            all.add(Arguments.of(rgb, AVCOL_RANGE_JPEG, AVCOL_SPC_RGB));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void coloursAreThoseOfTheFormulas(String layout, int range, int matrix) throws IOException {
        int format = av_get_pix_fmt(layout);
        int depth = Samples.depth(format);
        int[][] patches = patches(format, depth, range, matrix);
        MadeClip clip = new MadeClip("matroska", "ffv1").format(format, range).size(SIZE, SIZE);
        clip.matrix = matrix;
        clip.frames = 1;
        boolean subsampledX = av_pix_fmt_desc_get(format).log2_chroma_w() > 0;
        boolean subsampledY = av_pix_fmt_desc_get(format).log2_chroma_h() > 0;
        Path file = clip.write(dir.resolve(layout + range + matrix), (frame, component, x, y) -> {
            boolean chroma = component == 1 || component == 2;
            int across = (chroma && subsampledX ? 2 * x : x) * PATCHES / SIZE;
            int down = (chroma && subsampledY ? 2 * y : y) * PATCHES / SIZE;
            return component == 3 ? (1 << depth) - 1 : patches[down * PATCHES + across][component];
        });
        Request request = TestRequests.of(file);
        try (FrameReader reader = FrameReader.open(request);
                FrameScaler scaler = new FrameScaler(SIZE, SIZE);
                JpegEncoder encoder = JpegEncoder.forVideo(reader.input(), SIZE, 100)) {
            ByteBuffer scaled = scaler.scale(reader.nearest(0)).createBuffer();
            BufferedImage stored = ImageIO.read(new ByteArrayInputStream(encoder.encode(reader.nearest(0))));
            for (int i = 0; i < patches.length; i++) {
                int x = (2 * (i % PATCHES) + 1) * SIZE / (2 * PATCHES);
                int y = (2 * (i / PATCHES) + 1) * SIZE / (2 * PATCHES);
                Colour expected = colour(format, patches[i], depth, range, matrix);
                int at = 3 * (y * SIZE + x);
                Colour got = new Colour(scaled.get(at + 2) & 0xff, scaled.get(at + 1) & 0xff, scaled.get(at) & 0xff);
                assertThat(got.distance(expected))
                        .as("patch %d: %s, expected %s", i, got, expected)
                        .isLessThanOrEqualTo(SCALED);
                int rgb = stored.getRGB(x, y);
                Colour pixel = new Colour(rgb >> 16 & 0xff, rgb >> 8 & 0xff, rgb & 0xff);
                assertThat(pixel.distance(expected))
                        .as("patch %d of the JPEG: %s, expected %s", i, pixel, expected)
                        .isLessThanOrEqualTo(STORED);
            }
        }
    }

    /** Random samples whose colour lies inside the RGB cube, the first two black and white. */
    private static int[][] patches(int format, int depth, int range, int matrix) {
        SplittableRandom random = new SplittableRandom(format * 31L + range * 7L + matrix);
        int top = 1 << depth;
        int[][] patches = new int[PATCHES * PATCHES][];
        boolean rgb = Samples.isRgb(format);
        for (int i = 0; i < patches.length; i++) {
            do {
                patches[i] = new int[] {random.nextInt(top), random.nextInt(top), random.nextInt(top)};
            } while (!rgb && !inside(patches[i], depth, range == AVCOL_RANGE_JPEG, Weights.of(matrix)));
        }
        int middle = top / 2;
        boolean full = range == AVCOL_RANGE_JPEG;
        if (!rgb) {
            patches[0] = new int[] {full ? 0 : 16 << (depth - 8), middle, middle};
            patches[1] = new int[] {full ? top - 1 : 235 << (depth - 8), middle, middle};
        }
        return patches;
    }

    private static boolean inside(int[] patch, int depth, boolean full, Weights weights) {
        Colour colour = weights.rgb(patch[0], patch[1], patch[2], full, depth);
        return Stream.of(colour.red(), colour.green(), colour.blue()).allMatch(v -> v > 1 && v < 254);
    }

    private static Colour colour(int format, int[] patch, int depth, int range, int matrix) {
        if (!Samples.isRgb(format)) {
            return Weights.of(matrix).rgb(patch[0], patch[1], patch[2], range == AVCOL_RANGE_JPEG, depth);
        }
        double scale = 255.0 / ((1 << depth) - 1); // components of RGB formats are told in the order red, green, blue
        return new Colour(patch[0] * scale, patch[1] * scale, patch[2] * scale);
    }
}
