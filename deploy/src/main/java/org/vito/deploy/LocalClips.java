package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.vito.decode.DecodeSettings;
import org.vito.decode.Decoders;
import org.vito.decode.VideoClips;
import org.vito.decode.VideoInfo;
import org.vito.protocol.Reason;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.Frame;

/** Clips and frames of a video file by itself, as the decode role would make them, without Kafka. */
final class LocalClips implements AutoCloseable {
    private final ActorSystem<Void> system;
    private final DecodeSettings settings;
    private final Decoders decoders;

    LocalClips(Config config) {
        settings = DecodeSettings.from(config).withChildren(1);
        system = ActorSystem.create(Behaviors.empty(), "clips", config);
        decoders = Decoders.start(system, settings);
    }

    /**
     * Makes clips of a video and hands each to {@code taker}.
     *
     * @param videoId its {@link #id}
     * @throws VitoException NOT_FOUND if there is no such file, and as {@link VideoClips#make}
     */
    VideoInfo make(Path video, String videoId, VideoClips.Wanted wanted, Consumer<Clip> taker) {
        return new VideoClips(decoders, settings).make(readable(video).toAbsolutePath(), videoId, wanted, taker);
    }

    /** The clips of the first windows that start at {@code fromUs} or later, {@code count} at most. */
    List<Clip> clips(Path video, long fromUs, int count) {
        List<Clip> clips = new ArrayList<>();
        make(video, id(video), new VideoClips.Wanted(fromUs, count, false), clips::add);
        return clips;
    }

    /** What the video is called in the topics. */
    static String id(Path video) {
        try {
            return Sha256.of(readable(video));
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, video + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** {@code count} frames at equal distances over the whole video. */
    List<Frame> frames(Path video, int count) {
        VideoInfo info = await(decoders.probe(readable(video)));
        return await(decoders.frames(
                video,
                LongStream.range(0, count)
                        .mapToObj(i -> i * info.durationUs() / count)
                        .toList()));
    }

    private static Path readable(Path video) {
        if (!Files.isReadable(video) || Files.isDirectory(video)) {
            throw new VitoException(Reason.NOT_FOUND, video + ": no such file, or it cannot be read: expected a video");
        }
        return video;
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof VitoException cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        decoders.close();
        system.terminate();
    }
}
