package org.vito.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vito.augment.ViewDraw.Crop;
import org.vito.protocol.CounterRandom;

class ViewTransformTest {
    private static final int[] ORDER = {0, 1, 2, 3};

    @Test
    void cropSidesAreTheGoldenOnes() {
        CounterRandom random = CounterRandom.of(1, "crop", 0, 0);
        Crop square = Crop.draw(.4, 1, 640, 480, random);
        assertThat(new int[] {square.width(), square.height()}).containsExactly(351, 351);
        Crop wide = Crop.draw(.4, 4.0 / 3, 640, 480, random);
        assertThat(new int[] {wide.width(), wide.height()}).containsExactly(405, 304);
    }

    @Test
    void coloursAreTheGoldenOnes() {
        assertThat(changed(c -> c.saturation(1.2), .2f, .4f, .6f))
                .containsExactly(new float[] {.12f, .36f, .6f}, within(1e-6f));
        assertThat(changed(c -> c.saturation(1.5), .2f, .4f, .6f))
                .containsExactly(new float[] {0, .3f, .6f}, within(1e-6f));
        assertThat(changed(c -> c.hue(.1), .2f, .4f, .6f)).containsExactly(new float[] {.24f, .2f, .6f}, within(1e-6f));
        byte[] flat = flat(51, 102, 153);
        assertThat(view(flat, true, false)).containsExactly(bytes(.36298, .36298, .36298));
        assertThat(view(flat, false, true)).containsExactly(bytes(.2, .4, .4));
    }

    @Test
    void contrastIsTheGoldenOne() {
        contrastIsTheGoldenOne(new StripColours(2));
        contrastIsTheGoldenOne(new RowColours(Kinds.kernels(), 2));
    }

    private static void contrastIsTheGoldenOne(Colours colours) {
        Lines picture = new Lines(2, 16, 16);
        for (int c = 0; c < 3; c++) {
            picture.lines[0][picture.first + c * picture.stride] = .2f;
            picture.lines[0][picture.first + c * picture.stride + 1] = .4f;
            picture.lines[1][picture.first + c * picture.stride] = .6f;
            picture.lines[1][picture.first + c * picture.stride + 1] = .8f;
        }
        ViewDraw draw = draw(new Crop(0, 0, 1, 1), false, 0, 1.4, 1, 0, false, false, 1, false);
        new Jitter(JitterDefinition.BYOL, colours).apply(picture, draw);
        for (int c = 0; c < 3; c++) {
            int at = picture.first + c * picture.stride;
            assertThat(java.util.Arrays.copyOfRange(picture.lines[0], at, at + 2))
                    .containsExactly(new float[] {.08f, .36f}, within(1e-6f));
            assertThat(java.util.Arrays.copyOfRange(picture.lines[1], at, at + 2))
                    .containsExactly(new float[] {.64f, .92f}, within(1e-6f));
        }
    }

    @Test
    void blurTapsAreTheGoldenOnes() {
        float[] taps = new float[12];
        int used = GaussianBlur.taps(1, 11, taps);
        assertThat(taps[0]).isCloseTo(.398942f, within(1e-6f));
        assertThat(taps[1]).isCloseTo(.241971f, within(1e-6f));
        assertThat(taps[2]).isCloseTo(.053991f, within(1e-6f));
        assertThat(used).isEqualTo(4);
        assertThat(GaussianBlur.taps(2, 11, taps)).isEqualTo(9);
        assertThat(GaussianBlur.taps(.1, 11, taps)).isZero();
    }

    @Test
    void blurTapsLeftOutAreLessThanAHundredthOfAByteTogether() {
        float[] taps = new float[12];
        for (double sigma = .05; sigma < 3; sigma += .01) {
            int used = GaussianBlur.taps(sigma, 11, taps);
            double left = 0;
            for (int k = used + 1; k <= 11; k++) {
                left += 2 * taps[k];
            }
            assertThat(255 * left).as("sigma %f", sigma).isLessThan(.01);
        }
    }

    @Test
    void saturationAndHueAgreeWithTheTextbookEverywhere() {
        Random random = new Random(5);
        for (int n = 0; n < 20_000; n++) {
            double[] p = new double[3];
            for (int c = 0; c < 3; c++) {
                p[c] = n % 3 == 0 ? random.nextInt(3) / 2.0 : random.nextDouble();
            }
            double factor = random.nextDouble() * 3;
            double turn = random.nextDouble() - .5;
            double[] hsv = Reference.toHsv(p);
            double h = hsv[0] + turn;
            same(
                    changed(c -> c.saturation(factor), p),
                    Reference.toRgb(hsv[0], Reference.clip(hsv[1] * factor), hsv[2]));
            same(changed(c -> c.hue(turn), p), Reference.toRgb(h - Math.floor(h), hsv[1], hsv[2]));
        }
    }

    private static void same(float[] actual, double[] expected) {
        for (int c = 0; c < 3; c++) {
            assertThat((double) actual[c]).isCloseTo(expected[c], within(3e-4));
        }
    }

    @ParameterizedTest
    @CsvSource({"8,BYOL", "19,BYOL", "32,TORCHVISION", "63,TORCHVISION", "112,BYOL", "224,BYOL", "224,TORCHVISION"})
    void everyViewAgreesWithTheReference(int size, JitterDefinition definition) {
        Random random = new Random(size);
        List<ViewMaker> makers = Kinds.all(size, definition);
        for (int n = 0; n < (size > 100 ? 6 : 30); n++) {
            int width = 1 + random.nextInt(n % 3 == 0 ? 8 : 2 * size);
            int height = 1 + random.nextInt(n % 4 == 0 ? 8 : 2 * size);
            byte[] frame = frame(width, height, random);
            CounterRandom draws = CounterRandom.of(7, "clip", n, size);
            ViewDraw draw = new ViewDraw(
                    Crop.draw(draws.nextDouble(.1, 1), draws.nextDouble(.75, 1.3), width, height, draws),
                    draws.nextBoolean(.5),
                    draws.nextBoolean(.8),
                    draws.nextDouble(-.4, .4),
                    draws.nextDouble(.6, 1.4),
                    draws.nextDouble(.8, 1.2),
                    draws.nextDouble(-.1, .1),
                    draws.permutation(4),
                    draws.nextBoolean(.3),
                    draws.nextBoolean(.7),
                    draws.nextDouble(.1, 2),
                    false);
            check(makers, frame, width, height, draw, size, definition);
        }
    }

    @Test
    void eachChangeAloneAgreesWithTheReference() {
        Random random = new Random(3);
        byte[] frame = frame(90, 70, random);
        JitterDefinition definition = JitterDefinition.BYOL;
        List<ViewMaker> makers = Kinds.all(64, definition);
        Crop crop = new Crop(4, 3, 80, 60);
        check(makers, frame, 90, 70, draw(crop, true, 0, 1, 1, 0, false, false, 1, false), 64, definition);
        check(makers, frame, 90, 70, draw(crop, false, .3, 1, 1, 0, false, false, 1, false), 64, definition);
        check(makers, frame, 90, 70, draw(crop, false, 0, 1.4, 1, 0, false, false, 1, false), 64, definition);
        check(makers, frame, 90, 70, draw(crop, false, 0, 1, 1.2, 0, false, false, 1, false), 64, definition);
        check(makers, frame, 90, 70, draw(crop, false, 0, 1, 1, -.1, false, false, 1, false), 64, definition);
        check(makers, frame, 90, 70, draw(crop, false, 0, 1, 1, 0, true, false, 1, false), 64, definition);
        check(makers, frame, 90, 70, draw(crop, false, 0, 1, 1, 0, false, true, 2, false), 64, definition);
        check(makers, frame, 90, 70, draw(crop, false, 0, 1, 1, 0, false, false, 1, true), 64, definition);
    }

    private static ViewDraw draw(
            Crop crop,
            boolean flip,
            double brightness,
            double contrast,
            double saturation,
            double hue,
            boolean grey,
            boolean blur,
            double sigma,
            boolean solarise) {
        return new ViewDraw(
                crop, flip, true, brightness, contrast, saturation, hue, ORDER, grey, blur, sigma, solarise);
    }

    private static void check(
            List<ViewMaker> makers,
            byte[] frame,
            int width,
            int height,
            ViewDraw draw,
            int size,
            JitterDefinition definition) {
        double[][][] expected = Reference.view(frame, width, height, draw, size, definition);
        List<ByteBuffer> made = new ArrayList<>();
        for (ViewMaker maker : makers) {
            ByteBuffer out = ByteBuffer.allocate(size * size * 3 + 5);
            maker.apply(ByteBuffer.wrap(frame), width, draw, out, 5);
            double worst = 0;
            for (int i = 0; i < size * size * 3; i++) {
                double wanted = expected[i % 3][i / 3 / size][i / 3 % size] * 255;
                worst = Math.max(worst, Math.abs((out.get(5 + i) & 0xff) - wanted));
            }
            assertThat(worst).as("%s, %d x %d, %s", maker, width, height, draw).isLessThanOrEqualTo(1);
            made.add(out);
        }
        assertThat(made).as("%d x %d, %s", width, height, draw).containsOnly(made.get(0));
    }

    static byte[] frame(int width, int height, Random random) {
        byte[] pixels = new byte[width * height * 3];
        random.nextBytes(pixels);
        return pixels;
    }

    private interface Change {
        void on(Colours colours);
    }

    private static float[] changed(Change change, double... p) {
        return changed(change, (float) p[0], (float) p[1], (float) p[2]);
    }

    private static float[] changed(Change change, float r, float g, float b) {
        float[] plain = changed(change, new StripColours(1), r, g, b);
        assertThat(changed(change, new RowColours(Kinds.kernels(), 1), r, g, b)).isEqualTo(plain);
        return plain;
    }

    private static float[] changed(Change change, Colours colours, float r, float g, float b) {
        Lines one = new Lines(1, 16, 16);
        one.lines[0][one.first] = r;
        one.lines[0][one.first + one.stride] = g;
        one.lines[0][one.first + 2 * one.stride] = b;
        colours.load(one, 0, 1);
        change.on(colours);
        colours.store(one, 0);
        return new float[] {
            one.lines[0][one.first], one.lines[0][one.first + one.stride], one.lines[0][one.first + 2 * one.stride]
        };
    }

    private static byte[] flat(int... colour) {
        byte[] frame = new byte[8 * 8 * 3];
        for (int i = 0; i < frame.length; i++) {
            frame[i] = (byte) colour[i % 3];
        }
        return frame;
    }

    /** The first pixel of a view of 8 by 8 pixels. */
    private static byte[] view(byte[] frame, boolean grey, boolean solarise) {
        ByteBuffer out = ByteBuffer.allocate(8 * 8 * 3);
        ViewDraw draw = draw(new Crop(0, 0, 8, 8), false, 0, 1, 1, 0, grey, false, 1, solarise);
        try (ViewMaker maker = new ViewTransform(8, JitterDefinition.BYOL, StageClock.DEAF)) {
            maker.apply(ByteBuffer.wrap(frame), 8, draw, out, 0);
        }
        return java.util.Arrays.copyOf(out.array(), 3);
    }

    private static byte[] bytes(double... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Math.rint(values[i] * 255);
        }
        return bytes;
    }
}
