package org.vito.decode;

import akka.actor.typed.ActorSystem;
import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/**
 * What a video costs a decoder process: its first frames for curation, and its clips with and without these at hand. Processor
 * time is the process's own, so that other load does not matter much; none counts until the process has compiled itself.
 */
public final class SharingBenchmark {
    private static final int ROUNDS = 5;
    private static final int WARM_UP = 6; // times as long as a round

    private SharingBenchmark() {}

    /**
     * What was measured; times in seconds of one processor, medians.
     *
     * @param first for so many first frames
     * @param some for one of every so many of them
     * @param someFrames how many these are
     * @param alone for all clips
     * @param shared for the clips, the first frames being at hand
     * @param aloneDecoded frames decoded for all clips
     * @param sharedDecoded frames decoded for the clips, the first frames being at hand
     * @param clipFrames frames of all clips
     * @param keptFrames of these, those among the first frames
     * @param keptBytes of these, to store
     */
    public record Result(
            VideoInfo info,
            double first,
            double some,
            int someFrames,
            double alone,
            double shared,
            long aloneDecoded,
            long sharedDecoded,
            int clipFrames,
            int keptFrames,
            int keptBytes) {}

    /**
     * Measures {@code file}, of whose clips only those of the first segment count. Blocks.
     *
     * @param count first frames
     * @param every of how many of them one is decoded by itself
     * @param least of a round, of which each part has several; the system counts a process's time in 10 ms
     * @throws VitoException as of {@link Decoders#decode}; TOO_SHORT if not one window fits
     */
    public static Result run(
            ActorSystem<?> system, DecodeSettings settings, Path file, int count, int every, Duration least) {
        try (LocalDecoders decoders = LocalDecoders.start(system, settings.withChildren(1))) {
            VideoInfo info = VideoClips.await(decoders.probe(file));
            StoredVideo video = StoredVideo.newBuilder()
                    .setVideoId("video")
                    .setDurationUs(info.durationUs())
                    .setFramesPerSecond(info.framesPerSecond())
                    .build();
            DecodeSegment segment = SegmentPlan.of(
                            CurationDecision.newBuilder()
                                    .setVideoId("video")
                                    .setVideo(video)
                                    .build(),
                            settings)
                    .get(0);
            ByteString kept =
                    VideoClips.await(decoders.first(file, video, count, 1)).forClips();
            ClipFrames known = ClipFrames.read(kept, "video", settings);
            int wanted = 0;
            int missing = 0;
            for (ClipWindow window : ClipWindow.of(segment, settings)) {
                wanted += window.wantedUs().size();
                missing += known.missing(window).size();
            }
            Runnable alone = () -> VideoClips.await(decoders.decode(file, segment));
            Runnable shared = () -> VideoClips.await(decoders.decode(file, segment, kept));
            return new Result(
                    info,
                    seconds(decoders, least, () -> VideoClips.await(decoders.first(file, video, count, 1))),
                    seconds(decoders, least, () -> VideoClips.await(decoders.first(file, video, count, every))),
                    VideoClips.await(decoders.first(file, video, count, every))
                            .frames()
                            .size(),
                    seconds(decoders, least, alone),
                    seconds(decoders, least, shared),
                    decoded(decoders, alone),
                    decoded(decoders, shared),
                    wanted,
                    wanted - missing,
                    kept.size());
        }
    }

    private static long decoded(LocalDecoders decoders, Runnable work) {
        long before = decoders.decodedFrames();
        work.run();
        return decoders.decodedFrames() - before;
    }

    /** Processor seconds of the decoder process for doing {@code work} once. */
    private static double seconds(LocalDecoders decoders, Duration least, Runnable work) {
        repeat(work, least.multipliedBy(WARM_UP));
        ProcessHandle child =
                ProcessHandle.of(VideoClips.await(decoders.processes()).get(0)).orElseThrow();
        double[] rounds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            Duration before = spent(child);
            int times = repeat(work, least);
            rounds[round] = spent(child).minus(before).toNanos() / 1e9 / times;
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 2];
    }

    private static Duration spent(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static int repeat(Runnable work, Duration least) {
        long begin = System.nanoTime();
        int times = 0;
        do {
            work.run();
            times++;
        } while (System.nanoTime() - begin < least.toNanos());
        return times;
    }
}
