package org.vito.ingest;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.Decoders;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/**
 * Small pictures of judged videos, taken by decoder processes. They are for people only: a video of which there is none in time,
 * for whatever reason, goes without.
 */
final class Thumbnails {
    private static final Logger LOG = LoggerFactory.getLogger(Thumbnails.class);
    private static final int MOST_BYTES = 16 << 10; // an ordinary one has 3 to 6 kB

    private final @Nullable Decoders decoders;
    private final StoredFrames.Files files;
    private final Settings settings;
    private final Executor blocking;

    /**
     * How they are made.
     *
     * @param shortSide pixels; 0 = not at all
     * @param timeout longest wait for one
     */
    record Settings(int shortSide, Duration timeout) {}

    /** @param decoders not closed here; null to make none */
    Thumbnails(@Nullable Decoders decoders, StoredFrames.Files files, Settings settings, Executor blocking) {
        this.decoders = decoders;
        this.files = files;
        this.settings = settings;
        this.blocking = blocking;
    }

    /** The JPEG of the frame nearest to {@code us}, of that in the middle if it is negative; empty if there is none. Never fails. */
    CompletionStage<ByteString> of(StoredVideo video, long us) {
        Decoders makers = decoders;
        if (makers == null || settings.shortSide() == 0) {
            return CompletableFuture.completedStage(ByteString.EMPTY);
        }
        long wanted = us < 0 ? video.getDurationUs() / 2 : us;
        return CompletableFuture.supplyAsync(() -> file(video), blocking)
                .thenCompose(file -> makers.thumbnails(file, List.of(wanted), settings.shortSide()))
                .thenApply(Thumbnails::first)
                .completeOnTimeout(ByteString.EMPTY, settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    LOG.debug("{} has no thumbnail: {}", video.getVideoId(), failure.toString());
                    return ByteString.EMPTY;
                });
    }

    private Path file(StoredVideo video) {
        try {
            return files.of(video);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteString first(List<Frame> frames) {
        return frames.stream()
                .map(Frame::getJpeg)
                .filter(jpeg -> jpeg.size() <= MOST_BYTES)
                .findFirst()
                .orElse(ByteString.EMPTY);
    }
}
