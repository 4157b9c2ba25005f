package org.vito.decode;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** The clips that the decode role would make of a video, made of a file without Kafka, by the same plan and processes. */
public final class VideoClips {
    private final Decoders decoders;
    private final DecodeSettings settings;

    public VideoClips(Decoders decoders, DecodeSettings settings) {
        this.decoders = decoders;
        this.settings = settings;
    }

    /**
     * Which clips.
     *
     * @param fromUs the first starts there or later
     * @param most no more than these
     * @param numbered whether frames tell their numbers, for which each segment decodes the video from its first frame
     */
    public record Wanted(long fromUs, int most, boolean numbered) {}

    /**
     * Makes clips of {@code file}, one segment after the other, and hands each to {@code taker}, in order. Blocks.
     *
     * @param videoId as in the topics: the random draws depend on it
     * @return what the file is
     * @throws VitoException as of {@link Decoders#decode}; TOO_SHORT if not one window fits, or none starts late enough
     */
    public VideoInfo make(Path file, String videoId, Wanted wanted, Consumer<Clip> taker) {
        VideoInfo info = await(decoders.probe(file));
        CurationDecision decision = CurationDecision.newBuilder()
                .setVideoId(videoId)
                .setAccepted(true)
                .setVideo(StoredVideo.newBuilder()
                        .setVideoId(videoId)
                        .setDurationUs(info.durationUs())
                        .setFramesPerSecond(info.framesPerSecond()))
                .build();
        int left = wanted.most();
        for (DecodeSegment segment : SegmentPlan.of(decision, settings)) {
            if (left > 0 && segment.getEndUs() > wanted.fromUs()) {
                List<Clip> clips = await(
                        wanted.numbered() ? decoders.decodeNumbered(file, segment) : decoders.decode(file, segment));
                for (Clip clip : clips) {
                    if (left > 0 && clip.getStartUs() >= wanted.fromUs()) {
                        taker.accept(clip);
                        left--;
                    }
                }
            }
        }
        if (left == wanted.most()) {
            throw new VitoException(
                    Reason.TOO_SHORT,
                    "%s lasts %d us; no whole window that may be used starts at %d us or later"
                            .formatted(file, info.durationUs(), wanted.fromUs()));
        }
        return info;
    }

    /** What a stage comes to; fails as it does. Blocks. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof VitoException cause
                    ? cause
                    : new VitoException(Reason.INTERNAL, String.valueOf(e.getCause()), e);
        }
    }
}
