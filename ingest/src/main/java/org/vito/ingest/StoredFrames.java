package org.vito.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.vito.decode.Decoders;
import org.vito.ingest.curation.VideoFrames;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/** Frames of videos, taken by decoder processes. */
final class StoredFrames implements VideoFrames {
    private final Decoders decoders;
    private final Files files;

    /** The local file of a video. */
    interface Files {
        Path of(StoredVideo video) throws IOException;
    }

    StoredFrames(Decoders decoders, Files files) {
        this.decoders = decoders;
        this.files = files;
    }

    /**
     * Frames are asked for by the times that the video's frame rate gives them; where that varies, some of the frames in that
     * span are left out.
     */
    @Override
    public List<Frame> first(StoredVideo video, int count) {
        double rate = video.getFramesPerSecond() > 0 ? video.getFramesPerSecond() : 25;
        return at(video, LongStream.range(0, count).map(i -> Math.round(i * 1e6 / rate)));
    }

    @Override
    public List<Frame> spread(StoredVideo video, int count) {
        return at(video, LongStream.range(0, count).map(i -> (2 * i + 1) * video.getDurationUs() / (2L * count)));
    }

    private List<Frame> at(StoredVideo video, LongStream times) {
        List<Long> wanted =
                times.filter(us -> us < video.getDurationUs()).boxed().toList();
        try {
            return distinct(decoders.frames(files.of(video), wanted)
                    .toCompletableFuture()
                    .join());
        } catch (IOException e) {
            throw new RetriableException(
                    Reason.STORAGE, "the file of %s cannot be read: %s".formatted(video.getVideoId(), e), e);
        } catch (CompletionException e) {
            throw e.getCause() instanceof VitoException known
                    ? known
                    : new VitoException(Reason.INTERNAL, "no frames of " + video.getVideoId() + ": " + e.getCause(), e);
        }
    }

    private static List<Frame> distinct(List<Frame> frames) {
        return frames.stream()
                .collect(Collectors.toMap(Frame::getPtsUs, frame -> frame, (first, again) -> first, LinkedHashMap::new))
                .values()
                .stream()
                .toList();
    }
}
