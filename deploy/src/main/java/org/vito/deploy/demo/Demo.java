package org.vito.deploy.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** The demo's data under one directory: videos that keep coming, real clips, and labelled images to be scored on. */
public final class Demo implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Demo.class);

    private final Path root;
    private final DemoSettings settings;
    private @Nullable DemoVideos videos;

    /**
     * Nothing is made yet.
     *
     * @param root directory of everything the demo makes
     */
    public Demo(DemoSettings settings, Path root) {
        this.settings = settings;
        this.root = root;
    }

    /** Where generated videos appear. */
    public Path videos() {
        return root.resolve("videos");
    }

    /** Where real clips appear. */
    public Path clips() {
        return root.resolve("clips");
    }

    /** Where the labelled set is. */
    public Path labelled() {
        return root.resolve("labelled");
    }

    /** Begins to make videos and to fetch real clips, in the background. */
    public void startVideos() {
        try {
            videos = DemoVideos.start(settings, videos());
            if (settings.realClips()) {
                Files.createDirectories(clips());
                RealClips.fetch(clips(), settings.realClipsTimeout());
            }
        } catch (IOException e) {
            throw refuse(e);
        }
    }

    /** Makes the labelled set unless it is there; takes some seconds. */
    public void makeLabelled() {
        try {
            long began = System.nanoTime();
            LabelledImages.make(settings, labelled());
            log.info("labelled set ready after {} ms", (System.nanoTime() - began) / 1_000_000);
        } catch (IOException e) {
            throw refuse(e);
        }
    }

    private VitoException refuse(IOException e) {
        return new VitoException(Reason.STORAGE, "the demo's directory " + root + " cannot be written: " + e, e);
    }

    @Override
    public void close() {
        if (videos != null) {
            videos.close();
        }
    }
}
