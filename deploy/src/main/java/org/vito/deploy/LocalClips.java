package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.vito.decode.DecodeSettings;
import org.vito.decode.Decoders;
import org.vito.decode.VideoInfo;
import org.vito.protocol.Reason;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

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
     * The clips of the first windows that start at {@code fromUs} or later, {@code count} at most.
     *
     * @throws VitoException NOT_FOUND if there is no such file, TOO_SHORT if no window starts there, and as {@link Decoders#decode}
     */
    List<Clip> clips(Path video, long fromUs, int count) {
        VideoInfo info = await(decoders.probe(readable(video)));
        String id = sha256(video);
        long stride = settings.window().strideUs();
        long firstUs = (fromUs + stride - 1) / stride * stride;
        DecodeSegment segment = DecodeSegment.newBuilder()
                .setVideoId(id)
                .setCount(1)
                .setStartUs(firstUs)
                .setEndUs(firstUs + count * stride)
                .setVideo(StoredVideo.newBuilder()
                        .setVideoId(id)
                        .setDurationUs(info.durationUs())
                        .setFramesPerSecond(info.framesPerSecond()))
                .build();
        return await(decoders.decode(video, segment));
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

    private static String sha256(Path video) {
        try {
            return Sha256.of(video);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, video + " cannot be read: " + e.getMessage(), e);
        }
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
