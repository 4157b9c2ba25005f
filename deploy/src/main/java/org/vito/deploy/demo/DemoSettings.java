package org.vito.deploy.demo;

import com.typesafe.config.Config;
import java.time.Duration;
import org.vito.protocol.Settings;

/**
 * Settings of the demo; every key is explained in {@code reference.conf} under {@code vito.demo}.
 *
 * @param seed of everything that is generated
 * @param videos how many are generated in all
 * @param videosAtOnce how many of them without a pause
 * @param videoInterval time between two videos after that
 * @param side of the frames in pixels, even
 * @param trainImages labelled images for each class that a score may learn from
 * @param testImages labelled images for each class that it is measured on
 * @param realClips whether real clips are fetched
 * @param realClipsTimeout how long that may take altogether
 */
public record DemoSettings(
        long seed,
        int videos,
        int videosAtOnce,
        Duration videoInterval,
        int side,
        int trainImages,
        int testImages,
        boolean realClips,
        Duration realClipsTimeout) {
    /** Reads and checks {@code vito.demo}. */
    public static DemoSettings from(Config config) {
        Settings settings = Settings.at(config, "vito.demo");
        int side = settings.whole("side", 32, 1024);
        settings.check("side", side % 2 == 0, "an even number");
        return new DemoSettings(
                settings.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                settings.whole("videos", 0, 1_000_000),
                settings.whole("videos-at-once", 0, 1_000_000),
                settings.duration("video-interval"),
                side,
                settings.whole("train-images", 1, 100_000),
                settings.whole("test-images", 1, 100_000),
                settings.flag("real-clips"),
                settings.duration("real-clips-timeout"));
    }
}
