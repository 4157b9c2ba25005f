package org.vito.augment;

import com.google.protobuf.ByteString;
import com.typesafe.config.ConfigFactory;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.IntStream;
import org.vito.protocol.CounterRandom;

/** Views a second of one thread, frames of 340 by 256 pixels to 224 by 224, half by each recipe. Not a test: run its main. */
final class AugmentBenchmark {
    private static final int WIDTH = 340;
    private static final int HEIGHT = 256;
    private static final int FRAMES = 32;

    private AugmentBenchmark() {}

    public static void main(String[] args) {
        AugmentSettings settings = AugmentSettings.from(ConfigFactory.load());
        double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 2;
        byte[][] frames =
                IntStream.range(0, FRAMES).mapToObj(AugmentBenchmark::frame).toArray(byte[][]::new);
        ByteBuffer[] raw = new ByteBuffer[FRAMES];
        ByteString[] jpeg = new ByteString[FRAMES];
        for (int i = 0; i < FRAMES; i++) {
            raw[i] = ByteBuffer.allocateDirect(frames[i].length).put(frames[i]).clear();
            jpeg[i] = ByteString.copyFrom(Images.jpeg(WIDTH, HEIGHT, frames[i], 90));
        }
        ByteBuffer out = ByteBuffer.allocateDirect(settings.viewBytes());
        ViewTransform transform = new ViewTransform(settings.size(), settings.jitter());
        try (ImageDecoder decoder = new ImageDecoder(settings.maxPixels())) {
            for (int round = 0; round < 5; round++) {
                for (int recipe = 0; recipe < 2; recipe++) {
                    int only = recipe;
                    measure(
                            "raw, recipe a" + (only + 1),
                            seconds / 2,
                            n -> transform.apply(raw[n % FRAMES], WIDTH, draw(settings, only, n), out, 0));
                }
                measure(
                        "raw, half and half",
                        seconds,
                        n -> transform.apply(raw[n % FRAMES], WIDTH, draw(settings, n % 2, n), out, 0));
                measure("JPEG, half and half", seconds, n -> {
                    decoder.decodeWholeJpeg(jpeg[n % FRAMES]);
                    transform.apply(decoder.pixels(), WIDTH, draw(settings, n % 2, n), out, 0);
                });
                measure("JPEG decoding alone", seconds / 2, n -> decoder.decodeWholeJpeg(jpeg[n % FRAMES]));
            }
        }
    }

    private static ViewDraw draw(AugmentSettings settings, int recipe, int n) {
        return ViewDraw.of(
                CounterRandom.of(1, "bench", n, 0), settings, settings.recipes().get(recipe), WIDTH, HEIGHT);
    }

    /** Smooth colours and some noise. */
    private static byte[] frame(int number) {
        Random random = new Random(number);
        byte[] pixels = new byte[WIDTH * HEIGHT * 3];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % WIDTH;
            int y = i / 3 / WIDTH;
            double smooth = Math.sin(x * 0.02 * (1 + i % 3) + number) + Math.cos(y * 0.03 + i % 3);
            pixels[i] = (byte) Math.max(0, Math.min(255, 128 + 60 * smooth + 6 * random.nextGaussian()));
        }
        return pixels;
    }

    private interface Work {
        void run(int n);
    }

    /** By the thread's own processor time, so that other programs on the machine count as little as they can. */
    private static void measure(String what, double seconds, Work work) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        long spent = 0;
        int n = 0;
        while (spent < seconds * 1e9) {
            for (int i = 0; i < 16; i++) {
                work.run(n++);
            }
            spent = threads.getCurrentThreadCpuTime() - start;
        }
        System.out.printf("%-22s %8.0f a second%n", what, n / (spent / 1e9));
    }
}
