package org.vito.augment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import com.typesafe.config.ConfigFactory;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.vito.protocol.CounterRandom;

class AllocationTest {
    private static final int WIDTH = 340;
    private static final int HEIGHT = 256;
    private static final int VIEWS = 60;
    private static final int MOST_ROUNDS = 60;

    private final AugmentSettings settings = AugmentSettings.from(ConfigFactory.load());
    private final ViewDraw[] draws = new ViewDraw[VIEWS];

    AllocationTest() {
        for (int n = 0; n < VIEWS; n++) {
            draws[n] = ViewDraw.of(
                    CounterRandom.of(2, "clip", n, 0),
                    settings,
                    settings.recipes().get(n % 2),
                    WIDTH,
                    HEIGHT);
        }
    }

    @Test
    void aViewAllocatesNothing() {
        ByteBuffer frame = ByteBuffer.wrap(ViewTransformTest.frame(WIDTH, HEIGHT, new Random(1)));
        ByteBuffer out = ByteBuffer.allocateDirect(settings.viewBytes());
        for (JitterDefinition definition : JitterDefinition.values()) {
            for (ViewMaker maker : Kinds.all(settings.size(), definition)) {
                try (maker) {
                    assertThat(allocated(MOST_ROUNDS, n -> maker.apply(frame, WIDTH, draws[n], out, 0)))
                            .as("%s, %s", maker, definition)
                            .isZero();
                }
            }
        }
    }

    /** OpenCV's pictures are told of in Java by small objects. */
    @Test
    void decodingAllocatesAsMuchHoweverLargeThePicture() {
        ByteString small = jpeg(WIDTH, HEIGHT);
        ByteString large = jpeg(4 * WIDTH, 4 * HEIGHT);
        try (ImageDecoder decoder = new ImageDecoder(settings.maxPixels())) {
            long least = allocated(3, n -> decode(decoder, small));
            assertThat(least).isLessThan(VIEWS * 1000L);
            assertThat(allocated(3, n -> decode(decoder, large))).isLessThanOrEqualTo(2 * least);
        }
    }

    private static void decode(ImageDecoder decoder, ByteString jpeg) {
        assertThat(decoder.decodeWholeJpeg(jpeg) && decoder.pixels().hasRemaining())
                .isTrue();
    }

    private static ByteString jpeg(int width, int height) {
        return ByteString.copyFrom(Images.jpeg(width, height, new byte[width * height * 3], 90));
    }

    /** Fewest bytes that this thread allocates in a round; until vectors' code is compiled, they are objects. */
    private static long allocated(int rounds, IntConsumer work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < rounds && least > 0; round++) {
            long before = threads.getThreadAllocatedBytes(thread);
            for (int n = 0; n < VIEWS; n++) {
                work.accept(n);
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }
        return least;
    }
}
