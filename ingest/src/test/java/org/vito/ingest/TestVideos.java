package org.vito.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.vito.decode.VideoWriter;

/** Videos for tests: small, real, and different for different shades. */
final class TestVideos {
    static final int RATE = 25;

    private TestVideos() {}

    /** An mp4 of {@code frames} frames at 25 a second. */
    static Path write(Path file, int frames, int shade) throws IOException {
        VideoWriter.Format format = new VideoWriter.Format("mp4", "mpeg4", 64, 48, RATE, 200_000, 12);
        byte[] rgb = new byte[3 * 64 * 48];
        try (VideoWriter writer = VideoWriter.create(file, format)) {
            for (int i = 0; i < frames; i++) {
                Arrays.fill(rgb, (byte) (shade + i));
                writer.frame(rgb, i * 1_000_000L / RATE);
            }
        }
        return file;
    }
}
