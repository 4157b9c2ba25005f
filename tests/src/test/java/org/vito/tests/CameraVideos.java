package org.vito.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.stream.Stream;
import org.vito.decode.VideoWriter;
import org.vito.protocol.CounterRandom;

/**
 * Files of {@link CameraVideo}s, one picture each, in an order of pictures drawn from the seed.
 *
 * @param pictures that are filmed
 * @param seed of everything
 * @param side of the frames in pixels, even
 */
record CameraVideos(GreyImages pictures, long seed, int side) {
    private static final long FRAME_US = 80_000; // 12.5 frames a second: 32 in the 2.56 s of a clip
    private static final int FRAMES = 33;
    private static final long BITS_PER_SECOND = 600_000;

    /** Clips of each video. */
    static final int CLIPS = 1;

    /**
     * Puts the first {@code count} videos into {@code directory}; those that are there stay.
     *
     * @throws IOException if there are others, or they cannot be written
     */
    void write(Path directory, int count) throws IOException {
        if (count > pictures.count()) {
            throw new IOException(
                    "%d videos of %d pictures; expected at most one each".formatted(count, pictures.count()));
        }
        Files.createDirectories(directory);
        Path unfinished = directory.resolveSibling(directory.getFileName() + ".unfinished.mp4");
        int[] order = CounterRandom.of(seed, "pictures", 0, 0).permutation(pictures.count());
        for (int number = 0; number < count; number++) {
            Path file = directory.resolve(String.format(Locale.ROOT, "picture-%05d.mp4", order[number]));
            if (!Files.exists(file)) {
                film(order[number], unfinished);
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            long there = files.count();
            if (there != count) {
                throw new IOException(
                        "%s holds %d files; expected %d videos and nothing else".formatted(directory, there, count));
            }
        }
    }

    /** Writes the video of picture {@code picture}. */
    void film(int picture, Path file) throws IOException {
        CameraVideo video = new CameraVideo(pictures, picture, seed, side);
        var format = new VideoWriter.Format("mp4", "mpeg4", side, side, 1e6 / FRAME_US, BITS_PER_SECOND, 12);
        try (VideoWriter writer = VideoWriter.create(file, format)) {
            for (int frame = 0; frame < FRAMES; frame++) {
                writer.frame(video.frame(frame * FRAME_US), frame * FRAME_US);
            }
        }
    }
}
