package org.vito.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.vito.decode.VideoWriter;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

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

    /** Brightness of a frame of {@link #write}, 0 … 1. */
    static float brightness(Frame frame) {
        try (InputStream jpeg = new ByteArrayInputStream(frame.getJpeg().toByteArray())) {
            return (ImageIO.read(jpeg).getRGB(4, 4) & 0xff) / 255f;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stores a video of {@link #write} and announces it. @return its id */
    static String store(TestSystem system, Path file, int frames, int shade, String title) throws Exception {
        write(file, frames, shade);
        ObjectStore.Put put;
        try (InputStream bytes = Files.newInputStream(file)) {
            put = system.platform.objects().put("videos", bytes, Long.MAX_VALUE);
        }
        StoredVideo video = StoredVideo.newBuilder()
                .setVideoId(put.sha256())
                .setAddress(put.address())
                .setTitle(title)
                .setDurationUs(frames * 1_000_000L / RATE)
                .setFramesPerSecond(RATE)
                .build();
        TestBroker.send(Topics.STORED.name(), put.sha256(), video.toByteArray());
        return put.sha256();
    }
}
