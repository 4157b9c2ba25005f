package org.vito.ingest;

import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.vito.decode.Decoders;
import org.vito.decode.VideoInfo;
import org.vito.ingest.curation.Curator;
import org.vito.ingest.curation.Curators;
import org.vito.ingest.source.Titles;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.StoredVideo;

/** Judges files as the curate role would judge them once stored, and tells why; without Kafka. One thread at a time. */
public final class CurationExplainer implements AutoCloseable {
    private final Decoders decoders;
    private final Curator curator;

    private CurationExplainer(Decoders decoders, Curator curator) {
        this.decoders = decoders;
        this.curator = curator;
    }

    /**
     * Loads the rule of the settings; may block for long.
     *
     * @param decoders not closed here
     * @throws VitoException if the rule lacks something it needs
     */
    public static CurationExplainer open(IngestSettings settings, CurationNetworks networks, Decoders decoders) {
        Curators.Means means = new Curators.Means(
                settings.curate().videoNet(),
                settings.curate().neighbours(),
                networks,
                new StoredFrames(decoders, video -> Path.of(video.getAddress()), (video, frames) -> {}),
                null);
        return new CurationExplainer(decoders, Curators.load(settings.curate().rule(), means));
    }

    /** The rule and its version, as decisions carry it. */
    public String rule() {
        return curator.name();
    }

    /**
     * Judges a file. Blocks.
     *
     * @param title to judge it by; empty for that of the container, else the file's name
     * @throws VitoException as of {@link Decoders#probe}
     */
    public Explanation explain(Path file, String title) {
        VideoInfo info;
        try {
            info = decoders.probe(file).toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof VitoException known
                    ? known
                    : new VitoException(Reason.INTERNAL, file + ": " + e.getCause(), e);
        }
        String own = info.title().isBlank() ? Titles.fromAddress(file.toUri()) : info.title();
        return curator.explain(StoredVideo.newBuilder()
                .setVideoId(String.valueOf(file.getFileName()))
                .setAddress(file.toAbsolutePath().toString())
                .setTitle(title.isBlank() ? own : title)
                .setDurationUs(info.durationUs())
                .setFramesPerSecond(info.framesPerSecond())
                .build());
    }

    @Override
    public void close() {
        curator.close();
    }
}
