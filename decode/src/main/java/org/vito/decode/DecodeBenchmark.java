package org.vito.decode;

import akka.actor.typed.ActorSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.vito.decode.child.v1.Response;
import org.vito.decode.child.v1.Sampled;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * How fast decoder processes are on real files: reading all frames, taking a few frames of many windows, and making clips, each
 * through the same pool, pipes and settings as the decode role. A measurement is repeated until it took the given time. None
 * counts before rates have settled, since a fresh JVM spends more on compiling itself than on some videos.
 */
public final class DecodeBenchmark {
    private static final long SEED = 7;
    private static final int VIEWS = 3; // of a window, as a training step draws them
    private static final int CLIP_FRAMES = 8;
    private static final int QUEUED = 4; // requests at a time where children are compared
    private static final double FASTER = 1.02; // by less, a rate is no better than before
    private static final int SETTLED = 6; // measurements in succession that are no better: rates jitter
    private static final int MOST_WARM_UPS = 40;

    /** The parts, each of which can be measured alone. */
    public enum Part {
        SEQUENTIAL,
        SPARSE,
        CLIPS
    }

    /**
     * What is measured.
     *
     * @param parts what is timed; what is only counted is told of all
     * @param windows windows of the sparse part, at random places of the file
     * @param rounds rounds of all parts, once each part has settled
     * @param leastMs milliseconds that a measurement takes at least
     */
    public record Plan(Set<Part> parts, int windows, int rounds, int leastMs) {
        public Plan {
            parts = Set.copyOf(parts);
        }
    }

    /**
     * What was measured of one file; rates are medians over the rounds, NaN of parts that were not asked for.
     *
     * @param frames of the video
     * @param sequential frames a second, all decoded in order
     * @param sparse views a second, 3 of each window, all windows in one request
     * @param sparseApart the same with a request, and so an opening of the file, for each window
     * @param decodedPerView frames decoded for a view of {@code sparse}
     * @param spannedPerView frames from keyframes up to the views: the least for a decoder that leaves out none
     * @param once frames of the video a second when it is made into clips of 8 distinct frames a window
     * @param onceDecoded of those, the ones that were decoded
     * @param onceOut JPEGs a second
     * @param jpegBytes of a JPEG on average
     * @param twoChildren clips a second from two processes, against one
     * @param parentCores processor seconds of this process for each second in which two processes work for it
     */
    public record Result(
            VideoInfo info,
            long frames,
            double sequential,
            double sparse,
            double sparseApart,
            double decodedPerView,
            double spannedPerView,
            double once,
            long onceDecoded,
            double onceOut,
            double jpegBytes,
            double twoChildren,
            double parentCores) {}

    private final ActorSystem<?> system;
    private final DecodeSettings settings;
    private final Plan plan;

    public DecodeBenchmark(ActorSystem<?> system, DecodeSettings settings, Plan plan) {
        this.system = system;
        this.settings = settings;
        this.plan = plan;
    }

    /**
     * Measures {@code file}. Blocks.
     *
     * @param withTwo whether one and two children are compared, making clips
     * @throws VitoException as of {@link Decoders#decode}; TOO_SHORT if not one window fits
     */
    public Result run(Path file, boolean withTwo) {
        try (LocalDecoders one = LocalDecoders.start(system, settings.withChildren(1))) {
            VideoInfo info = one.probe(file).toCompletableFuture().join();
            long length = settings.window().lengthUs();
            if (info.durationUs() < length) {
                throw new VitoException(
                        Reason.TOO_SHORT, "%s lasts %d us, a window %d us".formatted(file, info.durationUs(), length));
            }
            return measure(one, file, info, withTwo);
        } catch (CompletionException e) {
            throw e.getCause() instanceof VitoException cause ? cause : e;
        }
    }

    private Result measure(LocalDecoders one, Path file, VideoInfo info, boolean withTwo) {
        List<List<Long>> end = List.of(List.of(Math.max(0, info.durationUs() - 1)));
        List<List<Long>> sparse = sparse(info);
        List<List<Long>> clips = clips(info);
        int views = sparse.size() * VIEWS;
        int outs = clips.stream().mapToInt(List::size).sum();
        long frames = told(sampled(one, file, end, true)).getDecodedFrames();
        double spanned = told(sampled(one, file, sparse, true)).getSpannedFrames();
        long decoded = told(sampled(one, file, sparse, false)).getDecodedFrames();
        List<Response> whole = sampled(one, file, clips, false);
        double bytes = whole.stream()
                .flatMap(answer -> answer.getWindow().getFramesList().stream())
                .mapToLong(frame -> frame.getJpeg().size())
                .average()
                .orElse(0);
        List<Work> works = List.of(
                new Work(Part.SEQUENTIAL, () -> sampled(one, file, end, true)),
                new Work(Part.SPARSE, () -> sampled(one, file, sparse, false)),
                new Work(Part.SPARSE, () -> sparse.forEach(window -> sampled(one, file, List.of(window), false))),
                new Work(Part.CLIPS, () -> sampled(one, file, clips, false)));
        works.stream().filter(this::wanted).forEach(work -> settle(work.once()));
        List<double[]> rounds = new ArrayList<>();
        for (int round = 0; round < plan.rounds(); round++) {
            rounds.add(works.stream()
                    .mapToDouble(work -> wanted(work) ? rate(work.once()) : Double.NaN)
                    .toArray());
        }
        double each = median(rounds, 3);
        double[] two = withTwo ? twoAgainstOne(one, file, clips) : new double[] {Double.NaN, Double.NaN};
        return new Result(
                info,
                frames,
                median(rounds, 0) * frames,
                median(rounds, 1) * views,
                median(rounds, 2) * views,
                (double) decoded / views,
                spanned / views,
                each * frames,
                told(whole).getDecodedFrames(),
                each * outs,
                bytes,
                two[0],
                two[1]);
    }

    private record Work(Part part, Runnable once) {}

    private boolean wanted(Work work) {
        return plan.parts().contains(work.part());
    }

    /** The ratio, and what this process spends on two others. */
    private double[] twoAgainstOne(LocalDecoders one, Path file, List<List<Long>> clips) {
        try (LocalDecoders two = LocalDecoders.start(system, settings.withChildren(2))) {
            settle(() -> together(two, file, clips));
            List<double[]> rounds = new ArrayList<>();
            for (int round = 0; round < plan.rounds(); round++) {
                Duration spentBefore = spent();
                long begin = System.nanoTime();
                double rate = rate(() -> together(two, file, clips));
                double cores = (double) spent().minus(spentBefore).toNanos() / (System.nanoTime() - begin);
                rounds.add(new double[] {rate / rate(() -> together(one, file, clips)), cores});
            }
            return new double[] {median(rounds, 0), median(rounds, 1)};
        }
    }

    private static Duration spent() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static void together(LocalDecoders decoders, Path file, List<List<Long>> clips) {
        CompletableFuture.allOf(IntStream.range(0, QUEUED)
                        .mapToObj(i -> decoders.sampled(file, clips, false).toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private List<List<Long>> sparse(VideoInfo info) {
        CounterRandom random = CounterRandom.of(SEED, "sparse", 0, 0);
        long length = settings.window().lengthUs();
        long last = lastUs(info);
        List<List<Long>> windows = new ArrayList<>();
        for (int w = 0; w < plan.windows(); w++) {
            long start = (long) (random.nextDouble() * (info.durationUs() - length));
            windows.add(LongStream.generate(() -> Math.min(last, start + (long) (random.nextDouble() * length)))
                    .limit(VIEWS)
                    .sorted()
                    .boxed()
                    .toList());
        }
        return windows;
    }

    /** The whole windows that follow each other, with as many distinct frames of each. */
    private List<List<Long>> clips(VideoInfo info) {
        CounterRandom random = CounterRandom.of(SEED, "clips", 0, 0);
        long length = settings.window().lengthUs();
        List<List<Long>> windows = new ArrayList<>();
        for (long start = 0; start + length <= info.durationUs(); start += length) {
            long first = (long) Math.ceil(start * info.framesPerSecond() / 1e6);
            int count = (int) Math.floor(length * info.framesPerSecond() / 1e6);
            windows.add(Arrays.stream(random.permutation(Math.max(1, count)))
                    .limit(CLIP_FRAMES)
                    .sorted()
                    .mapToObj(i -> Math.min(lastUs(info), Math.round((first + i) * 1e6 / info.framesPerSecond())))
                    .toList());
        }
        return windows;
    }

    private static long lastUs(VideoInfo info) {
        return info.durationUs() - 1;
    }

    private static Sampled told(List<Response> answers) {
        return answers.get(answers.size() - 1).getSampled();
    }

    private static List<Response> sampled(LocalDecoders decoders, Path file, List<List<Long>> windows, boolean all) {
        return decoders.sampled(file, windows, all).toCompletableFuture().join();
    }

    /** Repeats {@code work} until it no longer gets faster. */
    private void settle(Runnable work) {
        double best = rate(work);
        int still = 0;
        for (int i = 0; i < MOST_WARM_UPS && still < SETTLED; i++) {
            double rate = rate(work);
            still = rate < best * FASTER ? still + 1 : 0;
            best = Math.max(best, rate);
        }
    }

    /** How often a second {@code work} is done. */
    private double rate(Runnable work) {
        long begin = System.nanoTime();
        int times = 0;
        long taken;
        do {
            work.run();
            times++;
            taken = System.nanoTime() - begin;
        } while (taken < plan.leastMs() * 1_000_000L);
        return times * 1e9 / taken;
    }

    private static double median(List<double[]> rounds, int part) {
        double[] sorted =
                rounds.stream().mapToDouble(round -> round[part]).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
