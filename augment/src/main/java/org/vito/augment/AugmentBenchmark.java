package org.vito.augment;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.vito.augment.StageClock.Stage;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Times the making of views, half by the first recipe and half by the second, from frames that lie in memory. */
public final class AugmentBenchmark {
    private static final int JPEG_QUALITY = 90;
    private static final double WARM_UP_SECONDS = 3;

    private final AugmentSettings settings;
    private final List<Images.Picture> frames;
    private final List<ByteString> jpegs = new ArrayList<>();

    private AugmentBenchmark(AugmentSettings settings, List<Images.Picture> frames) {
        this.settings = settings;
        this.frames = frames;
        for (Images.Picture frame : frames) {
            jpegs.add(ByteString.copyFrom(
                    Images.jpeg(frame.width(), frame.height(), frame.rgb().toByteArray(), JPEG_QUALITY)));
        }
    }

    /** What a frame is when work on it begins. */
    public enum Source {
        /** RGB bytes. */
        RAW,
        /** A JPEG of quality 90. */
        JPEG
    }

    /** A way to make views. */
    public record Variant(Source source, int threads, JitterDefinition jitter) {
        @Override
        public String toString() {
            return "%s, %d %s, jitter of %s"
                    .formatted(
                            source == Source.RAW ? "raw" : "JPEG",
                            threads,
                            threads == 1 ? "thread" : "threads",
                            jitter == JitterDefinition.BYOL ? "BYOL" : "torchvision");
        }
    }

    /**
     * How it is measured.
     *
     * @param variants in the order of a round
     * @param rounds in each of which every variant runs once
     * @param seconds of one run
     */
    public record Plan(List<Variant> variants, int rounds, double seconds) {
        public Plan {
            variants = List.copyOf(variants);
        }
    }

    /** Views a second of all threads together, one number for each round. */
    public record Rate(Variant variant, List<Double> runs) {
        /** Of the rounds the middle one. */
        public double median() {
            double[] sorted =
                    runs.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    /** Microseconds that a stage takes of a view, on average. */
    public record StageTime(String stage, double microseconds) {}

    /** Is told of each measurement. */
    public interface Listener {
        void measured(int round, Variant variant, double viewsPerSecond);
    }

    /** What was measured. */
    public record Result(List<Rate> rates, List<StageTime> stages) {}

    /**
     * Measures.
     *
     * @param frames at least one
     */
    public static Result run(AugmentSettings settings, List<Images.Picture> frames, Plan plan, Listener listener) {
        return new AugmentBenchmark(settings, frames).run(plan, listener);
    }

    private Result run(Plan plan, Listener listener) {
        List<Rate> rates = plan.variants().stream()
                .map(variant -> new Rate(variant, new ArrayList<>()))
                .toList();
        for (Rate rate : rates) {
            measure(rate.variant(), Math.min(WARM_UP_SECONDS, 2 * plan.seconds())); // for the compiler
        }
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Rate rate : rates) {
                double viewsPerSecond = measure(rate.variant(), plan.seconds());
                rate.runs().add(viewsPerSecond);
                listener.measured(round, rate.variant(), viewsPerSecond);
            }
        }
        return new Result(rates, stages(plan.seconds()));
    }

    private double measure(Variant variant, double seconds) {
        ExecutorService threads = Executors.newFixedThreadPool(variant.threads());
        try {
            List<Future<Double>> running = new ArrayList<>();
            for (int thread = 0; thread < variant.threads(); thread++) {
                int first = 17 * thread;
                running.add(threads.submit(() -> {
                    try (Worker worker = new Worker(variant, StageClock.DEAF)) {
                        return worker.run(first, seconds);
                    }
                }));
            }
            double sum = 0;
            for (Future<Double> one : running) {
                sum += one.get();
            }
            return sum;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VitoException(Reason.INTERNAL, "interrupted", e);
        } catch (ExecutionException e) {
            throw new VitoException(Reason.INTERNAL, variant + " failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    private List<StageTime> stages(double seconds) {
        StageClock.Summing clock = new StageClock.Summing();
        int views;
        try (Worker worker = new Worker(new Variant(Source.JPEG, 1, settings.jitter()), clock)) {
            worker.run(0, seconds);
            views = worker.made;
        }
        return Arrays.stream(Stage.values())
                .filter(stage -> clock.nanos(stage) > 0) // rows that stay rows are not turned
                .map(stage -> new StageTime(stage.name().toLowerCase(Locale.ROOT), clock.nanos(stage) / 1e3 / views))
                .toList();
    }

    /** One thread's work. */
    private final class Worker implements AutoCloseable {
        private static final int AT_ONCE = 8;

        private final Source source;
        private final StageClock clock;
        private final ImageDecoder decoder = new ImageDecoder(Images.MAX_PIXELS);
        private final ViewMaker transform;
        private final List<ByteBuffer> raw;
        private final ByteBuffer out = ByteBuffer.allocateDirect(settings.viewBytes());
        private int made;

        Worker(Variant variant, StageClock clock) {
            source = variant.source();
            this.clock = clock;
            transform = ViewMaker.of(settings.size(), variant.jitter(), clock);
            raw = frames.stream()
                    .map(frame -> ByteBuffer.allocateDirect(frame.rgb().size())
                            .put(frame.rgb().asReadOnlyByteBuffer())
                            .clear())
                    .toList();
        }

        double run(int first, double seconds) {
            long begin = System.nanoTime();
            long spent;
            do {
                for (int i = 0; i < AT_ONCE; i++) {
                    make(first + made);
                    made++;
                }
                spent = System.nanoTime() - begin;
            } while (spent < seconds * 1e9);
            return made * 1e9 / spent;
        }

        private void make(int n) {
            int number = n % frames.size();
            Images.Picture frame = frames.get(number);
            ViewDraw draw = ViewDraw.of(
                    CounterRandom.of(1, "bench", n, 0),
                    settings,
                    settings.recipes().get(n % 2),
                    frame.width(),
                    frame.height());
            clock.begin();
            ByteBuffer pixels = raw.get(number);
            if (source == Source.JPEG) {
                decoder.decodeWholeJpeg(jpegs.get(number));
                pixels = decoder.pixels();
            }
            clock.ended(Stage.DECODE);
            transform.apply(pixels, frame.width(), draw, out, 0);
        }

        @Override
        public void close() {
            decoder.close();
            transform.close();
        }
    }
}
