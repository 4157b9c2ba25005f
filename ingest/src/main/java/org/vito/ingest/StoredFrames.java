package org.vito.ingest;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
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
    private final BiConsumer<String, ByteString> forClips;

    /** The local file of a video. */
    interface Files {
        Path of(StoredVideo video) throws IOException;
    }

    /** @param forClips told of a video, by its id, which of its frames clips will hold */
    StoredFrames(Decoders decoders, Files files, BiConsumer<String, ByteString> forClips) {
        this.decoders = decoders;
        this.files = files;
        this.forClips = forClips;
    }

    @Override
    public CompletionStage<List<Frame>> first(StoredVideo video, int count, int every) {
        return taken(video, file -> decoders.first(file, video, count, every)).thenApply(first -> {
            forClips.accept(video.getVideoId(), first.forClips());
            return distinct(first.frames());
        });
    }

    @Override
    public CompletionStage<List<Frame>> spread(StoredVideo video, int count) {
        List<Long> wanted = LongStream.range(0, count)
                .map(i -> (2 * i + 1) * video.getDurationUs() / (2L * count))
                .filter(us -> us < video.getDurationUs())
                .boxed()
                .toList();
        return taken(video, file -> decoders.frames(file, wanted)).thenApply(StoredFrames::distinct);
    }

    private <T> CompletionStage<T> taken(StoredVideo video, Function<Path, CompletionStage<T>> request) {
        try {
            return request.apply(files.of(video));
        } catch (IOException e) {
            return CompletableFuture.failedStage(new RetriableException(
                    Reason.STORAGE, "the file of %s cannot be read: %s".formatted(video.getVideoId(), e), e));
        } catch (VitoException e) {
            return CompletableFuture.failedStage(e);
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
