package org.vito.decode;

import akka.actor.typed.ActorSystem;
import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/** A pool of child processes that probe and decode videos. Safe to share between roles. */
public interface Decoders extends AutoCloseable {
    /** Starts the pool and all its processes; returns before they are ready. */
    static Decoders start(ActorSystem<?> system, DecodeSettings settings) {
        return LocalDecoders.start(system, settings);
    }

    /**
     * Opens {@code file} in a child process and says what it is. Fails with a {@link org.vito.protocol.VitoException}:
     * NOT_FOUND, NOT_A_VIDEO, EMPTY, UNSUPPORTED_CODEC, DAMAGED_VIDEO, TOO_LARGE, DECODER_CRASHED; or with a {@link
     * org.vito.protocol.RetriableException} if no decoder was free in time or none can be started.
     */
    CompletionStage<VideoInfo> probe(Path file);

    /**
     * The clips of a segment, in order of their start, each of them telling what of the segment was lost. Windows that reach past
     * what can be decoded are left out, and so are those with a frame that is not sound, or is missing, and, if the settings say so,
     * those with frames on both sides of a cut. Fails as {@link #probe};
     * with TOO_SHORT if the segment has no window, and DAMAGED_VIDEO if it has but none can be filled, or if anything is lost
     * and the settings say to reject damage.
     *
     * @param file the segment's video
     */
    CompletionStage<List<Clip>> decode(Path file, DecodeSegment segment);

    /**
     * As {@link #decode}, the same clips.
     *
     * @param kept of {@link #first} of the same video: what is in it is not decoded again. Anything else is as good as nothing
     */
    CompletionStage<List<Clip>> decode(Path file, DecodeSegment segment, ByteString kept);

    /**
     * As {@link #decode}, the same clips, whose frames also tell their {@link Frame#getNumber}. For that every frame of the video
     * up to the segment's end is decoded.
     */
    CompletionStage<List<Clip>> decodeNumbered(Path file, DecodeSegment segment);

    /**
     * The frames nearest to {@code wantedUs}, in that order, each with its own time, as {@link #decode} would store them; times
     * after the last frame are left out. All of them are in memory at once. Fails as {@link #probe}.
     *
     * @param wantedUs ascending, microseconds from the first frame
     */
    CompletionStage<List<Frame>> frames(Path file, List<Long> wantedUs);

    /**
     * The first {@code count} frames of {@code video} in order of presentation, each with its own time, as {@link #decode} would
     * store them; all of them if it has fewer. All are in memory at once. Fails as {@link #probe}.
     *
     * @param file that of {@code video}
     * @param every more than 1 for one of every so many, that in their middle by the video's frame rate. The others are then as far
     *     as possible not decoded, nothing is told of what clips will hold, and smaller ones than a network wants to see (a short
     *     side of 256 pixels) are not made even if clips hold such
     */
    CompletionStage<FirstFrames> first(Path file, StoredVideo video, int count, int every);

    /** As {@link #frames}, but small pictures for people: JPEGs of quality 75 whose short side has {@code shortSide} pixels at most. */
    CompletionStage<List<Frame>> thumbnails(Path file, List<Long> wantedUs, int shortSide);

    /** What the decoder processes are protected by, as the first that became ready says. */
    CompletionStage<List<Protection>> protections();

    /** Process ids of the decoder processes that are ready or busy, for reports. */
    CompletionStage<List<Long>> processes();

    /** Ends every child process and waits for them, at most a few seconds. */
    @Override
    void close();
}
