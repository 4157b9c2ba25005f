package org.vito.deploy.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.VideoWriter;
import org.vito.protocol.CounterRandom;

/**
 * Makes the demo's videos one after the other on a thread of its own, the first ones at once and the others at intervals,
 * into a directory that is being watched. A video appears there whole; one that is there already is not made again.
 */
final class DemoVideos implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DemoVideos.class);
    private static final long FRAME_US = 80_000; // 12.5 frames a second: 32 in 2.56 s
    private static final long BITS_PER_SECOND = 1_500_000;

    private final DemoSettings settings;
    private final DemoWorld world;
    private final Path directory;
    private final Path unfinished;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "vito-demo-videos");

    private DemoVideos(DemoSettings settings, Path directory) {
        this.settings = settings;
        this.directory = directory;
        unfinished = directory.resolveSibling(".unfinished");
        world = new DemoWorld(settings.seed(), settings.side());
    }

    /** Begins to fill {@code directory}, which is created if missing; close to end early. */
    static DemoVideos start(DemoSettings settings, Path directory) throws IOException {
        DemoVideos videos = new DemoVideos(settings, directory);
        Files.createDirectories(directory);
        Files.createDirectories(videos.unfinished);
        videos.thread.setDaemon(true);
        videos.thread.start();
        return videos;
    }

    private void run() {
        try {
            for (int number = 0; number < settings.videos(); number++) {
                boolean made = make(number);
                long pause = made && number >= settings.videosAtOnce()
                        ? settings.videoInterval().toMillis()
                        : 0;
                if (closing.await(pause, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            log.info("all {} videos of the demo are made", settings.videos());
        } catch (IOException | RuntimeException e) {
            log.warn("the demo makes no more videos: {}", e.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean make(int number) throws IOException {
        DemoWorld.Instance instance = instance(world, settings.seed(), number);
        Path video = directory.resolve(instance.name() + ".mp4");
        if (Files.exists(video)) {
            return false;
        }
        Path temporary = unfinished.resolve(instance.name() + ".mp4");
        write(world, instance, settings.side(), temporary);
        Files.move(temporary, video, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    /** The object shown in the video of that number: every class once in each ten videos, in random order. */
    static DemoWorld.Instance instance(DemoWorld world, long seed, int number) {
        int classes = DemoWorld.classes().size();
        int[] order = CounterRandom.of(seed, "classes", number / classes, 0).permutation(classes);
        int kind = order[number % classes];
        String name = String.format(Locale.ROOT, "%s-%04d", DemoWorld.classes().get(kind), number);
        return world.instance(name, kind);
    }

    /** Writes the video of {@code instance}. */
    static void write(DemoWorld world, DemoWorld.Instance instance, int side, Path file) throws IOException {
        VideoWriter.Format format =
                new VideoWriter.Format("mp4", "mpeg4", side, side, 1e6 / FRAME_US, BITS_PER_SECOND, 12);
        try (VideoWriter writer = VideoWriter.create(file, format)) {
            for (long t = 0; t < instance.durationUs(); t += FRAME_US) {
                writer.frame(world.frame(instance, t), t);
            }
        }
    }

    /** Waits until all videos are made, or {@code limit} has passed. */
    void awaitAll(Duration limit) throws InterruptedException {
        thread.join(limit.toMillis());
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
